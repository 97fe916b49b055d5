"""Maps over the photo: what speaks for a prediction, where queries look, what makes two alike."""

from geoutils.explanation.maps.attention import AttentionGrid, attention_grid
from geoutils.explanation.maps.baselines import baseline_images
from geoutils.explanation.maps.explain import EXPLAINERS, explanation_maps
from geoutils.explanation.maps.grad_cam import CamLayer, cam_layer, grad_cam
from geoutils.explanation.maps.gradients import gradients, integrated_gradients
from geoutils.explanation.maps.occlusion import occlusion
from geoutils.explanation.maps.similarity import similarity_maps

__all__ = [
    "EXPLAINERS",
    "AttentionGrid",
    "CamLayer",
    "attention_grid",
    "baseline_images",
    "cam_layer",
    "explanation_maps",
    "grad_cam",
    "gradients",
    "integrated_gradients",
    "occlusion",
    "similarity_maps",
]
