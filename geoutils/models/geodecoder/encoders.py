"""Small transformers to read a photo of 64 pixels: a ViT and a Swin, known to timm by their names.

The paper puts its decoder on ViT-B and on Swin (Clark et al., Table 5). Published networks of these
kinds expect 224 pixels and ImageNet's weights; these start at random and can be trained on a CPU.
Importing this module makes them known to timm.
"""

from typing import Any

from timm.models import register_model
from timm.models.swin_transformer import SwinTransformer
from timm.models.vision_transformer import VisionTransformer

PHOTO_PX = 64


@register_model
def small_vit(pretrained: bool = False, **options: Any) -> VisionTransformer:
    """A ViT of 0.5 M parameters: 8 × 8 tokens of 96 channels for 64 pixels, and a class token.

    Raises ValueError for `pretrained`: nobody has published weights for it.
    """
    sizes = {"patch_size": 8, "embed_dim": 96, "depth": 4, "num_heads": 3}
    return VisionTransformer(**_started(sizes, pretrained, options))


@register_model
def small_swin(pretrained: bool = False, **options: Any) -> SwinTransformer:
    """A Swin of 1.1 M parameters: 4 × 4 tokens of 192 channels for 64 pixels, windows of 4 × 4.

    Raises ValueError for `pretrained`: nobody has published weights for it.
    """
    sizes = {"patch_size": 4, "embed_dim": 48, "depths": (1, 1, 2), "num_heads": (3, 6, 12)}
    return SwinTransformer(window_size=4, **_started(sizes, pretrained, options))


def _started(sizes: dict[str, Any], pretrained: bool, options: dict[str, Any]) -> dict[str, Any]:
    if pretrained:
        raise ValueError("pretrained: these networks have no published weights; expected False")
    for name in ("pretrained_cfg", "pretrained_cfg_overlay", "cache_dir"):
        options.pop(name, None)  # timm passes these to every network
    return {"img_size": PHOTO_PX, **sizes, **options}
