import json

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from geoutils.study import open_notebook

matplotlib.use("agg")


@pytest.fixture
def root(tmp_path, monkeypatch):
    (tmp_path / "studies").mkdir()
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "01_photos.ipynb").touch()
    (tmp_path / "studies" / "own.yaml").write_text("title: Own\n01_photos: {size: 64, seed: 0}\n")
    (tmp_path / "studies" / "guest.yaml").write_text(
        "title: Guest\nmodel_from: own\n01_photos: {size: 64}\n"
    )
    monkeypatch.chdir(tmp_path / "notebooks")
    return tmp_path


def variables(**values):
    """What globals() holds in a notebook: parameters, and much that is none."""
    noise = {"np": np, "RADII_KM": [1, 25], "_private": 1, "In": [], "Out": {}, "main": print}
    return {"study": "own", "out_dir": ""} | noise | values


def test_values_come_from_the_study_file_unless_given(root):
    run = open_notebook("01_photos", variables(size=32, seed=None))
    assert vars(run.settings) == {"size": 32, "seed": 0}
    assert run.results == root / "results" / "own"
    assert run.model_results == run.results


def test_a_parameter_the_notebook_does_not_know_is_refused(root):
    with pytest.raises(ValueError, match="01_photos: unknown parameter sise"):
        open_notebook("01_photos", variables(sise=32))


def test_the_cell_can_be_run_again_after_the_rest_of_the_notebook(root):
    names = variables(size=32, seed=None)
    open_notebook("01_photos", names)
    names |= {"found": 3, "text": "later", "seed": 5}
    run = open_notebook("01_photos", names)
    assert vars(run.settings) == {"size": 32, "seed": 5}


def test_a_notebook_without_a_section_is_refused(root):
    with pytest.raises(ValueError, match=r"studies/own\.yaml has no section 02_partitions"):
        open_notebook("02_partitions", variables())


def test_everything_goes_below_out_dir(root, tmp_path):
    run = open_notebook("01_photos", variables(out_dir=str(tmp_path / "else"), study="guest"))
    assert run.results == tmp_path / "else" / "results" / "guest"
    assert run.model_results == tmp_path / "else" / "results" / "own"


def test_a_folder_that_cannot_be_written_is_named(root, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="results cannot be written here"):
        open_notebook("01_photos", variables(out_dir=str(tmp_path / "file")))


def test_figures_carry_their_caption(root):
    from matplotlib.figure import Figure

    run = open_notebook("01_photos", variables())
    figure = Figure()
    figure.subplots().plot([1, 2])
    run.save_figure(figure, "curve", caption="A line that rises.")
    with Image.open(run.figures / "01_curve.png") as picture:
        assert picture.text["Description"] == "A line that rises."
    assert (run.figures / "01_curve.pdf").stat().st_size > 0
    recorded = json.loads((run.results / "captions" / "01_photos.json").read_text())
    assert recorded == {"01_curve.png": "A line that rises."}


def test_a_live_figure_ends_as_its_saved_picture(root, monkeypatch):
    from geoutils.plots.live_figure import LiveFigure

    shown = []
    monkeypatch.setattr(
        "IPython.display.display", lambda picture, display_id: shown.append((picture, display_id))
    )
    run, figure = open_notebook("01_photos", variables()), plt.figure()
    run.save_figure(figure, "square", "Nothing.", LiveFigure(figure))
    ((picture, display_id),) = shown
    assert picture.data == (run.figures / "01_square.png").read_bytes() and display_id is True


def test_an_open_figure_is_shown_once_and_closed(root, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    run = open_notebook("01_photos", variables())
    figure = plt.figure(figsize=(4, 2), dpi=50)
    run.save_figure(figure, "square", caption="Nothing.")
    assert not plt.fignum_exists(figure.number)
    run.save_figure(figure, "square", caption="Nothing.")  # closed: only saved
    other = plt.figure()  # takes the number of the closed one
    run.save_figure(figure, "square", caption="Nothing.")
    assert plt.fignum_exists(other.number)
    plt.close(other)
    (picture,) = shown
    with Image.open(run.figures / "01_square.png") as saved:
        pixels, (dpi, _) = saved.size, saved.info["dpi"]
    assert [picture.width, picture.height] == [round(side * 50 / dpi) for side in pixels]


def test_tables_and_answers_are_files(root):
    run = open_notebook("01_photos", variables())
    run.save_table(pd.DataFrame({"a": [0.1]}), "numbers")
    run.save_json({"share": np.float64(0.25), "counts": np.arange(2)}, "numbers")
    shown = run.conclude("One **quarter**.", share=np.float32(0.25))
    assert shown.data == "One **quarter**."
    assert (run.results / "tables" / "01_numbers.csv").read_text() == "a\n0.1\n"
    saved = json.loads((run.results / "tables" / "01_numbers.json").read_text())
    assert saved == {"share": 0.25, "counts": [0, 1]}
    answer = json.loads((run.results / "answers" / "01_photos.json").read_text())
    assert answer == {"answer": "One **quarter**.", "numbers": {"share": 0.25}}


def test_a_conclusion_tells_of_photos_that_could_not_be_read(root, capsys):
    run = open_notebook("01_photos", variables())
    (run.results / "photos").mkdir()
    run.conclude("All is well.")
    assert capsys.readouterr().out == ""
    rows = "a.jpg,no such file\nb.jpg,truncated file\na.jpg,no such file\n"
    (run.results / "photos" / "16px_lost.csv").write_text(rows)
    run.conclude("All is well.")
    told = capsys.readouterr().out
    assert told.startswith("2 photos could not be read") and "b.jpg (truncated file);" in told
