"""Figures of the study: the only place where matplotlib is imported."""
