"""Are the thesis's backbones the ones that we build? Their numbers of parameters tell."""

import pandas as pd
import timm
import torch

from geoutils.models import parameter_count

# Loria 2021, Table 6.1: parameters with a classifier of 1,000 classes and batch statistics.
THESIS_PARAMETERS = {
    "vgg19": 143_667_240,
    "resnet152": 60_419_944,
    "efficientnet_b0": 5_330_571,
    "efficientnet_b1": 7_856_239,
}


def thesis_backbones() -> pd.DataFrame:
    """Parameters of the thesis's backbones beside its Table 6.1, batch statistics counted too.

    Keras counts 7 more in an EfficientNet, whose first layer normalises photos, and 75,712 more in
    ResNet-152, whose convolutions have biases.
    """
    rows = []
    for name, paper in THESIS_PARAMETERS.items():
        with torch.device("meta"):
            network = timm.create_model(name, num_classes=1000)
        statistics = [b for key, b in network.named_buffers() if "running" in key]
        ours = parameter_count(network) + sum(map(torch.numel, statistics))
        rows.append({"backbone": name, "paper": paper, "ours": ours, "difference": ours - paper})
    return pd.DataFrame(rows)
