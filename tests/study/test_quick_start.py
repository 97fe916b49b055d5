"""Commands start without what they do not use."""

import subprocess
import sys

import pytest

SLOW = ["IPython", "matplotlib", "pandas", "rfc3987_syntax", "torch"]


@pytest.mark.parametrize(
    ("code", "slow"),
    [
        ("import geoutils.__main__", [*SLOW, "nbformat"]),
        (
            "from geoutils.study.quick_start import no_address_grammar as no\n"
            "with no(): import papermill",
            ["lark", "rfc3987_syntax"],
        ),
        (
            "import geoutils.plots.sweeps, geoutils.study.ablations.telling",
            ["accelerate", "timm", "torch"],
        ),
    ],
)
def test_a_command_imports_nothing_slow(code, slow):
    line = f"import sys\n{code}\nprint(sorted(set({slow!r}) & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
