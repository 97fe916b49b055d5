"""How good a prediction is, how certain that is, and what a guesser would reach."""

from geoutils.evaluation.accuracy import (
    CPLANET_RADII_KM,
    FINE_RADII_KM,
    RADII_KM,
    SCALES,
    accuracy_at,
    geoscore,
)
from geoutils.evaluation.baselines import (
    densest_point_distances,
    guesser_accuracies,
    improvement_over_random,
    random_photo_guess,
)
from geoutils.evaluation.bootstrap import (
    Interval,
    bootstrap_accuracy,
    bootstrap_means,
    paired_bootstrap,
    unpaired_bootstrap,
)
from geoutils.evaluation.breakdown import accuracy_by
from geoutils.evaluation.calibration import (
    bootstrap_calibration_error,
    bootstrap_reliability,
    calibration_noise,
    expected_calibration_error,
    reliability,
)
from geoutils.evaluation.calibration_summary import (
    calibration_gains,
    calibration_summary,
    summary_numbers,
    summary_text,
)
from geoutils.evaluation.cell_answers import CellAnswers
from geoutils.evaluation.claims import check_claims, claim_outcomes, published_claims
from geoutils.evaluation.inequality import gini, lorenz_curve
from geoutils.evaluation.paired_matrix import paired_matrix
from geoutils.evaluation.probability_scores import brier_scores, negative_log_likelihoods
from geoutils.evaluation.published import published_accuracies, published_thesis
from geoutils.evaluation.score_files import Score, score_files
from geoutils.evaluation.tables import accuracy_table, percent_cells
from geoutils.evaluation.temperature import fit_temperature, tempered

__all__ = [
    "CPLANET_RADII_KM",
    "FINE_RADII_KM",
    "RADII_KM",
    "SCALES",
    "CellAnswers",
    "Interval",
    "Score",
    "accuracy_at",
    "accuracy_by",
    "accuracy_table",
    "bootstrap_accuracy",
    "bootstrap_calibration_error",
    "bootstrap_means",
    "bootstrap_reliability",
    "brier_scores",
    "calibration_gains",
    "calibration_noise",
    "calibration_summary",
    "check_claims",
    "claim_outcomes",
    "densest_point_distances",
    "expected_calibration_error",
    "fit_temperature",
    "geoscore",
    "gini",
    "guesser_accuracies",
    "improvement_over_random",
    "lorenz_curve",
    "negative_log_likelihoods",
    "paired_bootstrap",
    "paired_matrix",
    "percent_cells",
    "published_accuracies",
    "published_claims",
    "published_thesis",
    "random_photo_guess",
    "reliability",
    "score_files",
    "summary_numbers",
    "summary_text",
    "tempered",
    "unpaired_bootstrap",
]
