"""Why there? Explanation maps, concept influence, and its test against known truth."""

from geoutils.explanation.agreement import (
    agreement_over_photos,
    correlations_within_photos,
    costliest_concepts,
    rank_agreement,
)
from geoutils.explanation.answers import (
    combined_answer,
    f_star_answer,
    level_answer,
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
from geoutils.explanation.erasing import elsewhere, erased, erased_concepts, excess_losses
from geoutils.explanation.find_segmenter import find_segmenter
from geoutils.explanation.gradient_precision import quick_score
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
from geoutils.explanation.over_areas import area_of_places, over_areas
from geoutils.explanation.planted import (
    chance_of_first,
    comparable,
    concept_auc,
    pixel_auc,
    planted_concepts,
    ranked_first,
)
from geoutils.explanation.planted_comparison import (
    n_shared,
    near_minus_far,
    planted_by_interval,
    planted_test,
)
from geoutils.explanation.published import published_influence
from geoutils.explanation.randomised import layer_names, randomised_layers
from geoutils.explanation.reader import Reader
from geoutils.explanation.sample import ExplainedPhotos, choose_photos
from geoutils.explanation.sanity import likeness, sanity_check
from geoutils.explanation.sensitivity import Variant, sensitivity_table
from geoutils.explanation.signed_maps import signed_maps
from geoutils.explanation.targets import (
    cell_log_score,
    cell_score,
    group_score,
    similarity_score,
)
from geoutils.explanation.trust import forgetting, in_plain_words, trust_table, trusted
from geoutils.explanation.words import in_words

__all__ = [
    "EXPLAINERS",
    "INTERVALS_KM",
    "N_CONCEPTS",
    "AttentionGrid",
    "CamLayer",
    "ExplainedPhotos",
    "Reader",
    "Variant",
    "agreement_over_photos",
    "area_of_places",
    "attention_grid",
    "baseline_images",
    "cam_layer",
    "cell_log_score",
    "cell_score",
    "chance_of_first",
    "choose_photos",
    "combined_answer",
    "comparable",
    "concept_auc",
    "concept_influence",
    "concept_influences",
    "concept_sizes",
    "correlations_within_photos",
    "costliest_concepts",
    "country_groups",
    "edge_maps",
    "elsewhere",
    "erased",
    "erased_concepts",
    "excess_losses",
    "explanation_maps",
    "f_star_answer",
    "find_segmenter",
    "forgetting",
    "grad_cam",
    "gradients",
    "group_score",
    "in_plain_words",
    "in_words",
    "influence_table",
    "integrated_gradients",
    "interval_name",
    "layer_names",
    "level_answer",
    "likeness",
    "n_shared",
    "near_minus_far",
    "occlusion",
    "over_areas",
    "paper_k",
    "pixel_auc",
    "planted_by_interval",
    "planted_concepts",
    "planted_test",
    "published_influence",
    "quick_score",
    "randomised_layers",
    "rank_agreement",
    "ranked",
    "ranked_first",
    "sanity_check",
    "sensitivity_table",
    "signed_maps",
    "similarity_maps",
    "similarity_score",
    "trust_table",
    "trusted",
]
