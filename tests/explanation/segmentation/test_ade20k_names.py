from geoutils.explanation import N_CONCEPTS
from geoutils.explanation.segmentation import ADE20K_NAMES, ade20k_index
from geoutils.photos.scenes import CONCEPTS

# Labels of nvidia/segformer-b0-finetuned-ade-512-512 that are not spelt like a first name.
SEGFORMER_LABELS = {"bed ": 8, "television receiver": 90, "chest of drawers": 45, "crt screen": 142}


def test_names_are_the_renderers():
    assert ADE20K_NAMES == ("none", *CONCEPTS)
    assert len(ADE20K_NAMES) == N_CONCEPTS + 1


def test_first_names_go_first_then_others():
    assert [ade20k_index(name) for name in CONCEPTS] == list(range(1, 151))
    assert {label: ade20k_index(label) for label in SEGFORMER_LABELS} == SEGFORMER_LABELS
    # "counter" is another name of buffet (100), but the first of class 46.
    assert ade20k_index("counter") == 46 and ade20k_index("sideboard") == 100
    assert ade20k_index("Edifice") == 2
    assert ade20k_index("") == ade20k_index("none") == 0
