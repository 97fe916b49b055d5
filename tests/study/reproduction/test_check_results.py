"""A tiny finished study beside what was committed of it."""

import json
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest

from geoutils.study import check_results
from geoutils.study.check_results import main

GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org")


def write_study(results, seed=0):
    """Results as notebooks leave them: 60 test photos by 20 authors, two methods."""
    rng = np.random.default_rng(seed)
    n = 60
    names = [f"p{k}" for k in range(n)]
    manifest = pd.DataFrame(
        {
            "photo": names,
            "latitude": np.linspace(-50, 60, n),
            "longitude": np.linspace(-150, 160, n),
            "author": [f"a{k // 3}" for k in range(n)],
            "split": "test",
        }
    )
    for folder in ("predictions", "partitions", "photos", "tables", "answers", "figure_data"):
        (results / folder).mkdir(parents=True)
    manifest.to_parquet(results / "manifest.parquet")
    for method in ("f", "f_star"):
        found = manifest[["photo"]].assign(distance_km=rng.exponential(300, n))
        found.to_parquet(results / "predictions" / f"{method}_test.parquet")
    pd.DataFrame({"cell": [0, 1], "s2": ["4/1", "4/2"]}).to_parquet(
        results / "partitions" / "fine.parquet"
    )
    np.save(results / "photos" / "8px.npy", np.full((n, 8, 8, 3), 7, dtype=np.uint8))
    write(results, "tables/01_splits.csv", "split,photos\ntest,60\n")
    write(results, "tables/06_calibration.csv", 'head,ECE\nfine,"5.4 [4.3, 6.2] %"\n')
    for name in ("01_photos", "04_evaluation"):
        write(results, f"answers/{name}.json", '{"answer": "Sixty.", "numbers": {"photos": 60}}')
        write(results, f"figure_data/{name}.json", '{"f.png": {"lines": [2, 2, 0, 1, 0.5, 0.2]}}')


def write(results, name, text):
    (results / name).write_text(text)


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A repository whose last commit holds a study's results."""
    for folder in ("studies", "notebooks"):
        (tmp_path / "root" / folder).mkdir(parents=True)
    root = tmp_path / "root"
    write_study(root / "results" / "tiny")
    monkeypatch.chdir(root)
    assert main(["--study", "tiny", "--record"]) == 0
    for command in (["init", "-q"], ["add", "results"], ["commit", "-q", "-m", "results"]):
        subprocess.run([*GIT, *command], check=True)
    return root


@pytest.fixture
def again(root, tmp_path):
    """The same study, made once more elsewhere."""
    write_study(tmp_path / "again" / "results" / "tiny")
    return tmp_path / "again"


def check(folder):
    return main(["--study", "tiny", "--out-dir", str(folder)])


def test_the_same_results_hold(again, capsys):
    assert check(again) == 0
    printed = capsys.readouterr().out
    assert "60 photos by 2 methods at five radii: equal" in printed
    assert "photos and cells: 3 files, equal\n" in printed
    assert "beside commit " in printed and printed.endswith("The results hold.\n")


def test_results_written_over_in_place_are_compared_with_the_last_commit(root, capsys):
    write(root / "results" / "tiny", "tables/01_splits.csv", "split,photos\ntest,61\n")
    assert check(root) == 1
    assert "row 1 | photos: 60 → 61" in capsys.readouterr().out


def test_without_history_the_files_themselves_are_compared(root, again, capsys):
    shutil.rmtree(root / ".git")
    assert check(again) == 0
    assert f"beside the files in {root / 'results' / 'tiny'}" in capsys.readouterr().out
    shutil.rmtree(root / "results" / "tiny")
    assert check(again) == 2
    assert "no committed results" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "text", "status", "said"),
    [
        ("tables/06_calibration.csv", 'head,ECE\nfine,"5.9 [4.8, 6.7] %"\n', 0, "fine | ECE: 5.4"),
        ("tables/06_calibration.csv", 'head,ECE\nfine,"9.9 [9.8, 10.1] %"\n', 1, "fine | ECE"),
        ("answers/01_photos.json", '{"answer": "", "numbers": {"photos": 61}}', 1, "60 → 61"),
        ("answers/04_evaluation.json", '{"answer": "", "numbers": {"photos": 61}}', 0, "60 → 61"),
        ("figure_data/01_photos.json", "{}", 1, "f.png: a figure → nothing"),
        (
            "figure_data/04_evaluation.json",
            '{"f.png": {"lines": [2, 2, 0, 1, 0.6, 0.2]}}',
            0,
            "f.png: lines: 2 of them, mean 0.5 → 2 of them, mean 0.6",
        ),
        ("tables/07_new.csv", "x\n1\n", 0, "x: nothing → 1"),
        ("tables/09_new.csv", "x\n1\n", 1, "row 1 | x: nothing → 1"),
    ],
)
def test_what_moved_is_said_and_judged_as_it_stands(again, capsys, name, text, status, said):
    write(again / "results" / "tiny", name, text)
    assert check(again) == status
    assert said in capsys.readouterr().out


def test_a_worse_model_and_other_photos_are_beyond_chance(again, capsys):
    results = again / "results" / "tiny"
    path = results / "predictions" / "f_test.parquet"
    pd.read_parquet(path).assign(distance_km=9000.0).to_parquet(path)
    pixels = np.load(results / "photos" / "8px.npy")
    np.save(results / "photos" / "8px.npy", pixels + np.uint8(1))
    assert check(again) == 1
    printed = capsys.readouterr().out
    assert "f within 750 km:" in printed and "f_star" not in printed
    assert "photos/8px.npy" in printed


def test_sweeps_are_compared_only_where_they_were_run_again(root, again, capsys):
    row = "variant,a_1,a_1_low,a_1_high\nsemp,{},0.1,0.3\n"
    for base in (root, again):
        (base / "results" / "tiny" / "ablations").mkdir()
    write(root / "results" / "tiny", "ablations/semp.csv", row.format(0.2))
    write(root / "results" / "tiny", "tables/10_semp.csv", row.format(0.2))
    for command in (["add", "results"], ["commit", "-q", "-m", "sweeps"]):
        subprocess.run([*GIT, *command], check=True)
    write(again / "results" / "tiny", "tables/10_semp.csv", row.format(0.21))
    assert check(again) == 1  # made from the committed sweeps: equal
    write(again / "results" / "tiny", "ablations/semp.csv", row.format(0.21))
    assert check(again) == 0
    assert "semp | a_1: 0.2 [0.1, 0.3] → 0.21 [0.1, 0.3]" in capsys.readouterr().out


def test_an_unfinished_study_is_not_compared(again, capsys):
    (again / "results" / "tiny" / "answers" / "04_evaluation.json").unlink()
    assert check(again) == 2
    assert "not finished; no answers/04_evaluation.json" in capsys.readouterr().err


def test_by_default_the_study_is_run_in_a_scratch_folder(root, monkeypatch, capsys):
    ran = []

    def run_study(where, study, out_dir):
        ran.append(out_dir)
        write_study(root / "build" / "check-results" / "results" / study, seed=len(ran) - 1)
        return 0

    monkeypatch.setattr(check_results, "run_study", run_study)
    assert main(["--study", "tiny"]) == 0
    assert ran == [str(root / "build" / "check-results")]
    assert not (root / "build" / "check-results").exists()
    monkeypatch.setattr(check_results, "run_study", lambda *arguments: 1)
    assert main(["--study", "tiny"]) == 1


def test_what_is_recorded_is_small_and_plain(root):
    kept = root / "results" / "tiny" / "check"
    sources = json.loads((kept / "sources.json").read_text())
    assert sorted(sources) == ["manifest.parquet", "partitions/fine.parquet", "photos/8px.npy"]
    assert sources["photos/8px.npy"]["means"][:5] == [60, 60, 7.0, 7.0, 7.0]
    table = pd.read_parquet(kept / "rings.parquet")
    assert sorted(table) == ["author", "f", "f_star", "photo"]


def test_a_figure_that_does_not_fit_a_page_fails_the_check(again, capsys):
    figures = again / "figures" / "tiny"
    figures.mkdir(parents=True)
    page = b"/MediaBox [ 0 0 %d 144 ]"
    (figures / "02_fits.pdf").write_bytes(page % 504)
    assert check(again) == 0
    (figures / "03_wide.pdf").write_bytes(page % 576)
    assert check(again) == 1
    assert "03_wide.pdf: 8.00 in wide; a page has 7" in capsys.readouterr().out
