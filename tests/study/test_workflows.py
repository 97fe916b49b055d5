"""The workflows only call make, and what they call exists."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
STEP_KEYS = {"uses", "with", "run", "id"}
# Lets tests fill disks of their own: Ubuntu forbids whoever is not root to mount any.
MOUNTS = "sudo sysctl --write kernel.apparmor_restrict_unprivileged_userns=0"
PINNED = re.compile(r"actions/[a-z-]+@v\d+")


def read(path):
    contents = yaml.safe_load(path.read_text())
    return contents, contents[True]  # YAML reads the key `on` as true


def steps(path):
    return [step for job in read(path)[0]["jobs"].values() for step in job["steps"]]


def makefile_targets():
    lines = (ROOT / "Makefile").read_text().splitlines()
    return {line.split(":")[0] for line in lines if re.match(r"[a-z-]+:", line)}


def test_they_are_where_they_are_looked_for():
    assert [path.stem for path in WORKFLOWS] == ["faults", "publish", "test"]
    assert "push" in read(WORKFLOWS[2])[1] and "schedule" in read(WORKFLOWS[0])[1]
    assert read(WORKFLOWS[1])[1] == {"release": {"types": ["published"]}}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_is_well_formed(path):
    contents, _ = read(path)
    assert contents["permissions"] == {"contents": "read"}
    for job in contents["jobs"].values():
        assert job["runs-on"] == "ubuntu-latest"
        assert set(as_list(job.get("needs", []))) <= set(contents["jobs"])
    for step in steps(path):
        assert set(step) <= STEP_KEYS and ("uses" in step) != ("run" in step), step
        assert PINNED.fullmatch(step.get("uses", "actions/checkout@v1")), step


def as_list(needs):
    return [needs] if isinstance(needs, str) else needs


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_command_is_a_make_target(path):
    commands = [step["run"] for step in steps(path) if "run" in step]
    commands = [command for command in commands if command != MOUNTS]
    called = [re.fullmatch(r"make ([a-z-]+)(?: [A-Z]+=\S+)*", command) for command in commands]
    assert commands and all(called), commands
    assert {match[1] for match in called} <= makefile_targets()


def test_the_published_page_is_the_default_studys_report():
    (upload,) = [s for s in steps(WORKFLOWS[1]) if "upload-pages" in s.get("uses", "")]
    assert upload["with"] == {"path": "results/default/report"}
    assert {"make study"} <= {s.get("run") for s in steps(WORKFLOWS[1])}


def test_python_is_the_one_the_study_is_made_for():
    for path in WORKFLOWS:
        versions = [s["with"]["python-version"] for s in steps(path) if "python" in str(s)]
        assert versions == ["3.11"]
