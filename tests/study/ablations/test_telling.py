import numpy as np
import pandas as pd

from geoutils.evaluation.claims import HOLDS, OPPOSITE, UNDECIDED
from geoutils.study.ablations import Variant, sweep_table
from geoutils.study.ablations.beside_papers import read_sweep
from geoutils.study.ablations.telling import agreement_counts, in_words, score_cells
from geoutils.study.sweep_tables import table_files


def toy_table() -> pd.DataFrame:
    """The second variant is better than the first, the third hardly another; one was not run."""
    photos, authors = [f"p{n}" for n in range(400)], np.array([f"a{n % 60}" for n in range(400)])
    ease = np.random.default_rng(0).random(400)

    def pair(name, share, **shown):
        distances = np.where(ease < share, 10.0, 9000.0) if share else np.nan
        result = pd.DataFrame({"photo": photos, "answer": "f*", "distance_km": distances})
        return Variant("toy", name, 0, pd.DataFrame, shown or {"": name}), result

    pairs = [pair("usual", 0.3), pair("new_one", 0.5), pair("same", 0.302), pair("none", 0)]
    return sweep_table(pairs, authors)


def test_verdicts_in_words_follow_the_intervals():
    text = in_words(toy_table(), 25)
    assert text.startswith(r"- against usual, f\*, at 25 km: better: new\_one (+")
    assert "undecided: same" in text and "worse" not in text and "none" not in text
    assert in_words(toy_table().iloc[:1], 25) == ""


def test_answers_of_one_model_are_compared_in_words():
    photos, near = [f"p{n}" for n in range(300)], np.arange(300)
    answers = {"f": 90, "f*": 200}
    result = pd.concat(
        pd.DataFrame({"photo": photos, "answer": a, "distance_km": np.where(near < n, 10, 9e3)})
        for a, n in answers.items()
    )
    one = Variant("toy", "one", 0, pd.DataFrame, {"thresholds": "one"})
    text = in_words(sweep_table([(one, result)], np.array(photos)), 25)
    assert text == (
        r"- **thresholds**, f\* against f of the same model, at 25 km: better: one (+36.7)."
    )


def test_scores_as_text_leave_out_what_is_the_same_everywhere():
    cells = score_cells(toy_table())
    assert "question" not in cells and "answer" not in cells and "seconds" not in cells
    assert cells["variant"].tolist() == ["usual", "new_one", "same", "none"]
    assert cells["25 km"].iloc[0].endswith("]") and cells["25 km"].iloc[3] == "–"
    assert cells["median km"].tolist()[3] == "–"


def test_spread_between_seeds_is_a_dash_where_there_was_one():
    table = toy_table().assign(n_seeds=[2, 1, 2, 1], a_25_seed_sd=[0.0049, np.nan, 0.01, np.nan])
    assert score_cells(table)["± seeds, points"].tolist() == ["0.49", "–", "1.00", "–"]


def test_names_that_are_numbers_stay_text_in_a_file(tmp_path):
    numbers = {"usual": "250", "new_one": "1000", "same": "4000", "none": "16000"}
    table = toy_table().assign(question="photos", answer="").replace({"variant": numbers})
    table["reference"] = ["", *["250"] * 3]
    table.to_csv(tmp_path / "toy.csv", index=False)
    text = in_words(read_sweep(tmp_path / "toy.csv"), 25)
    assert text.startswith("- **photos**, against 250, at 25 km: better: 1000 (+")


def test_comparisons_are_counted_by_question_and_table():
    rows = [("a", "1", HOLDS), ("a", "1", HOLDS), ("a", "2", OPPOSITE), ("b", "3", UNDECIDED)]
    found = pd.DataFrame(rows, columns=["question", "paper_table", "verdict"])
    counts = agreement_counts(found.assign(sweep="toy", paper="SemP"))
    assert counts[HOLDS].tolist() == [2, 0, 0]
    assert counts[OPPOSITE].tolist() == [0, 1, 0] and counts[UNDECIDED].tolist() == [0, 0, 1]


def test_tables_of_a_study_come_before_committed_ones(tmp_path):
    own, committed = tmp_path / "own", tmp_path / "committed"
    assert table_files(own, None) == table_files(own, committed) == {}
    for folder, name in ((committed, "semp"), (own, "thesis_a")):
        (folder / "ablations").mkdir(parents=True)
        assert table_files(own, committed) == (
            {} if folder == committed else {"semp": committed / "ablations" / "semp.csv"}
        )
        (folder / "ablations" / f"{name}.csv").touch()
    assert table_files(own, committed) == {"thesis_a": own / "ablations" / "thesis_a.csv"}
