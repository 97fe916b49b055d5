"""pyproject.toml, constraints.txt and environment.yml must name the same versions."""

import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]


def pins(lines):
    return dict(line.split("==") for line in lines if "==" in line)


def canonical(names):
    return {name.lower().replace("_", "-"): pinned for name, pinned in names.items()}


@pytest.fixture(scope="module")
def project():
    contents = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [line for lines in contents["optional-dependencies"].values() for line in lines]
    return contents["dependencies"], extras


def test_every_dependency_is_pinned(project):
    dependencies, extras = project
    assert not [line for line in dependencies + extras if "==" not in line]


def test_constraints_agree(project):
    dependencies, extras = project
    constraints = canonical(pins((ROOT / "constraints.txt").read_text().splitlines()))
    wanted = canonical(pins(dependencies + extras))
    assert {name: constraints.get(name) for name in wanted} == wanted


def test_conda_environment_agrees(project):
    dependencies, extras = project
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    python, *_, pip = environment["dependencies"]
    assert python == "python=3.11"
    assert canonical(pins(pip["pip"])) == canonical(pins(dependencies + extras))
    assert {"-c constraints.txt", "-e ."} <= set(pip["pip"])


def test_the_running_environment_is_the_pinned_one(project):
    dependencies, _ = project
    wanted = pins(dependencies)
    running = {name: version(name).split("+")[0] for name in wanted}
    assert running == wanted


def test_the_cluster_profile_wants_the_pinned_executor(project):
    _, extras = project
    profile = yaml.safe_load((ROOT / "cluster" / "slurm" / "config.yaml").read_text())
    assert f"snakemake-executor-plugin-{profile['executor']}" in pins(extras)
    assert profile["jobs"] > 0
    assert {"mem_mb", "runtime"} <= profile["default-resources"].keys()
