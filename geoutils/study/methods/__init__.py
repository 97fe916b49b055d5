"""Methods: every way in which what a study trained answers where a photo was taken."""

from geoutils.study.methods.answers import StudyAnswers
from geoutils.study.methods.budget import method_budgets
from geoutils.study.methods.cell_levels import CellLevels, cell_levels
from geoutils.study.methods.choosing import compared_methods, headline_methods
from geoutils.study.methods.distributions import Distribution, recipe_distributions
from geoutils.study.methods.files import read_predictions, write_log_probs, write_predictions
from geoutils.study.methods.handicaps import handicaps_text
from geoutils.study.methods.listing import main_method, study_methods, system_of
from geoutils.study.methods.looks import network_log_probs
from geoutils.study.methods.lost import photos_there, rows_there, until_settled
from geoutils.study.methods.method import SYSTEMS, Method
from geoutils.study.methods.model_training import model_training
from geoutils.study.methods.predict import predict_study

__all__ = [
    "SYSTEMS",
    "CellLevels",
    "Distribution",
    "Method",
    "StudyAnswers",
    "cell_levels",
    "compared_methods",
    "handicaps_text",
    "headline_methods",
    "main_method",
    "method_budgets",
    "model_training",
    "network_log_probs",
    "photos_there",
    "predict_study",
    "read_predictions",
    "recipe_distributions",
    "rows_there",
    "study_methods",
    "system_of",
    "until_settled",
    "write_log_probs",
    "write_predictions",
]
