"""Recipes: what a study file lists to be trained, the papers' settings, and how it is all run."""
