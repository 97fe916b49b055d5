"""A network that knows ADE20K's classes, from the Hugging Face hub or a folder."""

from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from jaxtyping import Int, UInt8
from numpy import ndarray
from tqdm import tqdm

from geoutils.explanation.segmentation.ade20k import ADE20K_NAMES, ade20k_index
from geoutils.explanation.segmentation.segmenter import check_rows

SEGFORMER = "nvidia/segformer-b0-finetuned-ade-512-512"
BATCH = 8


class TransformerSegmenter:
    """Any semantic segmentation model of `transformers`: by its name on the hub, or a folder.

    Photos are prepared and logits enlarged to the photo's size, before the largest is taken, as the
    model's own processor does. The model's labels are found by their names in ADE20K; what has no
    class there is none. The default, SegFormer-B0 (Xie et al., 2021), was trained on ADE20K; its
    weights are free for non-commercial use only (NVIDIA's licence). Needs the extra `segmentation`.
    Raises ValueError without it, for a model that cannot be loaded, or without any label of ADE20K.
    """

    names = ADE20K_NAMES

    def __init__(self, model: str | Path = SEGFORMER, device: str = "cpu"):
        try:
            transformers = import_module("transformers")
        except ImportError:
            raise ValueError(
                "model: needs the package transformers; pip install 'geoutils[segmentation]'"
            ) from None
        try:
            self.processor = transformers.AutoImageProcessor.from_pretrained(model)
            network = transformers.AutoModelForSemanticSegmentation.from_pretrained(model)
        except (OSError, ValueError) as error:
            reason = " ".join(str(error).split())[:200]
            raise ValueError(f"model: {str(model)!r} cannot be loaded ({reason})") from None
        self.network = network.eval().to(device)
        self.concept_of_label = _concepts(network.config.id2label)
        if not self.concept_of_label.any():
            labels = ", ".join(list(network.config.id2label.values())[:5])
            raise ValueError(f"model: labels {labels}, …; expected names of ADE20K's classes")

    def __call__(
        self, manifest: pd.DataFrame, pixels: UInt8[ndarray, "photos h w 3"]
    ) -> UInt8[ndarray, "photos h w"]:
        """Concept of each pixel, as the network sees it."""
        check_rows(manifest, pixels)
        maps = np.empty(pixels.shape[:3], np.uint8)
        with (
            torch.inference_mode(),
            tqdm(total=len(pixels), desc="Segmenting", unit=" photos", mininterval=1) as progress,
        ):
            for start in range(0, len(pixels), BATCH):
                batch = np.array(pixels[start : start + BATCH])
                maps[start : start + BATCH] = self.concept_of_label[self.labels(batch)]
                progress.update(len(batch))
        return maps

    def labels(self, pixels: UInt8[ndarray, "photos h w 3"]) -> Int[ndarray, "photos h w"]:
        """The model's own number for each pixel."""
        # "channels_last" is said, not guessed: a photo three pixels high would be turned over.
        inputs = self.processor(
            images=list(pixels), return_tensors="pt", input_data_format="channels_last"
        )
        outputs = self.network(inputs["pixel_values"].to(self.network.device))
        sizes = [tuple(pixels.shape[1:3])] * len(pixels)
        found = self.processor.post_process_semantic_segmentation(outputs, target_sizes=sizes)
        return torch.stack(found).cpu().numpy()


def _concepts(labels: dict[int, str]) -> UInt8[ndarray, " labels"]:
    """ADE20K's number for each label of a model, 0 for those it does not have."""
    numbers = np.zeros(max(map(int, labels)) + 1, np.uint8)
    for number, label in labels.items():
        numbers[int(number)] = ade20k_index(label)
    return numbers
