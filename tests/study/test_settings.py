from pathlib import Path

import pytest

from geoutils.study.settings import find_root, merge, notebooks_of, read_study, study_names

ROOT = Path(__file__).parents[2]


@pytest.fixture
def root(tmp_path):
    (tmp_path / "studies").mkdir()
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "01_photos.ipynb").touch()
    (tmp_path / "studies" / "good.yaml").write_text("title: Good\n01_photos:\n  size: 64\n")
    return tmp_path


def test_a_study_is_its_general_keys_and_sections(root):
    contents = read_study(root, "good")
    assert contents == {"title": "Good", "01_photos": {"size": 64}}
    assert notebooks_of(contents) == ["01_photos"]


def test_an_unknown_study_is_refused_with_those_that_exist(root):
    with pytest.raises(ValueError, match=r"no file studies/bad\.yaml; known: good"):
        read_study(root, "bad")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("02_photos: {}", "unknown key '02_photos'"),
        ("titel: x", "unknown key 'titel'; known: title"),
        ("01_photos: 3", "01_photos should be a dict, found 3"),
        ("title: [1", "not valid YAML"),
        ("just words", "expected keys and sections"),
    ],
)
def test_a_faulty_study_file_is_refused(root, text, message):
    (root / "studies" / "faulty.yaml").write_text(text)
    with pytest.raises(ValueError, match=message):
        read_study(root, "faulty")


def test_given_values_win_and_none_means_not_given():
    section = {"size": 64, "seed": 0}
    assert merge(section, {"size": 32, "seed": None}, "01_photos") == {"size": 32, "seed": 0}


def test_a_number_that_yaml_takes_for_a_word_is_a_number():
    assert merge({"rate": 0.1}, {"rate": "1e-3"}, "03_training") == {"rate": 0.001}
    with pytest.raises(ValueError, match="rate should be a number, found 'fast'"):
        merge({"rate": 0.1}, {"rate": "fast"}, "03_training")


def test_an_unknown_parameter_is_refused():
    with pytest.raises(ValueError, match="01_photos: unknown parameter sise; known: size"):
        merge({"size": 64}, {"sise": 32}, "01_photos")


def test_the_root_is_found_from_below_and_its_absence_said(tmp_path):
    assert find_root(ROOT / "notebooks") == ROOT
    with pytest.raises(ValueError, match="no folder from here upwards holds studies/"):
        find_root(tmp_path)


@pytest.mark.parametrize("study", study_names(ROOT))
def test_the_studies_of_the_repository_are_sound(study):
    assert "title" in read_study(ROOT, study)
