"""No file that is read can run code: the package has no reader that would let it."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "geoutils"
SOURCES = sorted(PACKAGE.rglob("*.py"))
UNSAFE_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
UNSAFE_CALLS = {"read_pickle", "unsafe_load", "full_load", "eval", "exec", "system", "popen"}


def calls(tree):
    """Owner, name and named arguments of every call: x.eval() has the owner x, eval() none."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            owner, _, name = ast.unparse(node.func).rpartition(".")
            yield owner, name, {key.arg: ast.unparse(key.value) for key in node.keywords}


def unsafe(source):
    """What of a source reads files in a way that can run code."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        names = [alias.name for alias in getattr(node, "names", [])]
        names += [getattr(node, "module", None) or ""]
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from UNSAFE_MODULES & {name.split(".")[0] for name in names}
    for owner, name, given in calls(tree):
        if name in UNSAFE_CALLS and owner in ("", "os", "yaml", "pd", "pandas"):
            yield name
        if (owner, name) == ("torch", "load") and given.get("weights_only") != "True":
            yield "torch.load"
        if (owner, name) == ("yaml", "load"):
            yield "yaml.load"
        if given.get("allow_pickle", "False") != "False":
            yield "allow_pickle"
        if given.get("shell", "False") != "False":
            yield "shell"


def test_the_package_reads_no_code():
    found = {path.relative_to(PACKAGE): [*unsafe(path.read_text())] for path in SOURCES}
    assert len(found) > 300
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize(
    "source",
    [
        *("import pickle", "from joblib import load", "torch.load(path)", "yaml.load(text, L)"),
        *("torch.load(path, weights_only=False)", "np.load(path, allow_pickle=True)", "eval(text)"),
        *("subprocess.run(command, shell=True)", "pd.read_pickle(path)", "yaml.unsafe_load(text)"),
    ],
)
def test_such_readers_would_be_found(source):
    assert len([*unsafe(source)]) == 1


@pytest.mark.parametrize(
    "source", ["torch.load(path, weights_only=True)", "model.eval()", "yaml.safe_load(text)"]
)
def test_safe_ones_are_not(source):
    assert not [*unsafe(source)]
