"""Why there? Explanation maps, concept influence, and its test against known truth."""

from geoutils.explanation.answers import (
    combined_answer,
    f_star_answer,
    level_answer,
    tree_level_answer,
)
from geoutils.explanation.concept_influence import (
    N_CONCEPTS,
    concept_influence,
    concept_influences,
    concept_sizes,
    paper_k,
)
from geoutils.explanation.countries import country_groups
from geoutils.explanation.edge_map import edge_maps
from geoutils.explanation.influence_table import (
    INTERVALS_KM,
    influence_table,
    interval_name,
    ranked,
)
from geoutils.explanation.maps import (
    EXPLAINERS,
    AttentionGrid,
    CamLayer,
    attention_grid,
    baseline_images,
    cam_layer,
    explanation_maps,
    grad_cam,
    gradients,
    integrated_gradients,
    occlusion,
    similarity_maps,
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
from geoutils.explanation.randomised import layer_names, randomised_layers
from geoutils.explanation.sanity import likeness, sanity_check
from geoutils.explanation.targets import (
    cell_log_score,
    cell_score,
    group_score,
    level_logit,
    similarity_score,
)
from geoutils.explanation.words import in_words

__all__ = [
    "EXPLAINERS",
    "INTERVALS_KM",
    "N_CONCEPTS",
    "AttentionGrid",
    "CamLayer",
    "attention_grid",
    "baseline_images",
    "cam_layer",
    "cell_log_score",
    "cell_score",
    "chance_of_first",
    "combined_answer",
    "comparable",
    "concept_auc",
    "concept_influence",
    "concept_influences",
    "concept_sizes",
    "country_groups",
    "edge_maps",
    "explanation_maps",
    "f_star_answer",
    "grad_cam",
    "gradients",
    "group_score",
    "in_words",
    "influence_table",
    "integrated_gradients",
    "interval_name",
    "layer_names",
    "level_answer",
    "level_logit",
    "likeness",
    "occlusion",
    "paper_k",
    "pixel_auc",
    "planted_test",
    "published_influence",
    "randomised_layers",
    "ranked",
    "ranked_first",
    "sanity_check",
    "similarity_maps",
    "similarity_score",
    "tree_level_answer",
]
