"""Why there? Explanation maps, concept influence, and its test against known truth."""

from geoutils.explanation.attribution import explanation_maps, gradients, integrated_gradients
from geoutils.explanation.baselines import baseline_images
from geoutils.explanation.concept_influence import (
    concept_influence,
    concept_influences,
    concept_sizes,
    paper_k,
)
from geoutils.explanation.edge_map import edge_maps
from geoutils.explanation.influence_table import (
    INTERVALS_KM,
    influence_table,
    interval_name,
    ranked,
)
from geoutils.explanation.planted import (
    chance_of_first,
    comparable,
    concept_auc,
    pixel_auc,
    planted_test,
    ranked_first,
)
from geoutils.explanation.published import published_influence
from geoutils.explanation.targets import cell_log_score, level_logit

__all__ = [
    "INTERVALS_KM",
    "baseline_images",
    "cell_log_score",
    "chance_of_first",
    "comparable",
    "concept_auc",
    "concept_influence",
    "concept_influences",
    "concept_sizes",
    "edge_maps",
    "explanation_maps",
    "gradients",
    "influence_table",
    "integrated_gradients",
    "interval_name",
    "level_logit",
    "paper_k",
    "pixel_auc",
    "planted_test",
    "published_influence",
    "ranked",
    "ranked_first",
]
