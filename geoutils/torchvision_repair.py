"""Makes torchvision importable beside a CPU build of torch.

The registry's torchvision is built for CUDA. Beside a CPU build of torch its compiled operators
cannot be loaded, and importing it (hence timm) fails with "operator torchvision::nms does not
exist". Declaring the two operators that the Python side registers kernels for is enough for
everything the study uses: models, transforms, make_grid.

Nothing is imported here until someone imports torchvision, so that `import geoutils` stays fast.
"""

import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import PathFinder, SourceFileLoader

OPERATOR_SCHEMA = "{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
_kept_alive: list = []  # the declarations vanish with their Library object


class _RepairingLoader(SourceFileLoader):
    """Loads torchvision; where its operators are missing, declares them and loads it once more."""

    def exec_module(self, module):
        try:
            super().exec_module(module)
        except RuntimeError as error:
            if "torchvision::nms" not in str(error):
                raise
            for name in [name for name in sys.modules if name.startswith("torchvision.")]:
                del sys.modules[name]  # half imported
            _declare_operators()
            super().exec_module(module)


class _RepairingFinder(MetaPathFinder):
    """Finds torchvision where Python would, but loads it with the repair."""

    def find_spec(self, name, path, target=None):
        if name != "torchvision":
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and type(spec.loader) is SourceFileLoader:
            spec.loader = _RepairingLoader(spec.loader.name, spec.loader.path)
        return spec


def _declare_operators() -> None:
    import torch

    library = torch.library.Library("torchvision", "FRAGMENT")
    for name in ("nms", "qnms"):
        library.define(OPERATOR_SCHEMA.format(name=name))
    _kept_alive.append(library)


def repair_torchvision() -> None:
    """Arrange that a later `import torchvision` works beside any build of torch."""
    if not any(isinstance(finder, _RepairingFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _RepairingFinder())
