"""Each case runs in a fresh interpreter: an import can only be watched once."""

import subprocess
import sys


def run(code: str) -> str:
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_torchvision_and_timm_import_after_geoutils():
    code = (
        "import geoutils, torchvision, timm, torch;"
        "from torchvision.utils import make_grid;"
        "print(make_grid(torch.zeros(2, 3, 4, 4)).shape[0])"
    )
    assert run(code) == "3"


def test_geoutils_itself_imports_neither_torch_nor_torchvision():
    code = (
        "import sys, geoutils;"
        "print([name for name in ('torch', 'torchvision', 'pandas') if name in sys.modules])"
    )
    assert run(code) == "[]"


def test_a_broken_torchvision_is_loaded_a_second_time_with_its_operators_declared(tmp_path):
    package = tmp_path / "torchvision"
    package.mkdir()
    (package / "__init__.py").write_text("from torchvision import ops\n")
    (package / "ops.py").write_text(
        "import torch\n"
        "operators = torch.ops.torchvision\n"
        "if not (hasattr(operators, 'nms') and hasattr(operators, 'qnms')):\n"
        "    raise RuntimeError('operator torchvision::nms does not exist')\n"
        "LOADED = True\n"
    )
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r});"
        "import geoutils, torchvision; print(torchvision.ops.LOADED)"
    )
    assert run(code) == "True"


def test_a_whole_torchvision_is_left_alone(tmp_path):
    package = tmp_path / "torchvision"
    package.mkdir()
    (package / "__init__.py").write_text("WHOLE = True\n")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r});"
        "import geoutils, torchvision; from geoutils import torchvision_repair;"
        "print(torchvision.WHOLE, torchvision_repair._kept_alive, 'torch' in sys.modules)"
    )
    assert run(code) == "True [] False"


def test_another_import_error_passes_through(tmp_path):
    package = tmp_path / "torchvision"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('some other fault')\n")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\nimport geoutils\n"
        "try:\n    import torchvision\nexcept RuntimeError as error:\n    print(error)\n"
    )
    assert run(code) == "some other fault"
