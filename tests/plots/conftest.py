import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pytest

from geoutils import s2
from geoutils.partitions import Partition, S2Cells
from geoutils.plots.prediction_cells import prediction_cells
from geoutils.plots.style import use_style
from geoutils.plots.world import WORLD

EVIL = "<script>document.documentElement.dataset.ran = 1</script>\" onload='x()' & $x$"


@pytest.fixture
def style():
    """The study's look, for one test."""
    with matplotlib.rc_context():
        use_style()
        yield
    plt.close("all")


@pytest.fixture
def ax():
    """Axes that can be drawn when the test is done."""
    fig, ax = plt.subplots()
    yield ax
    fig.canvas.draw()
    plt.close(fig)


@pytest.fixture
def figure():
    """An empty figure that can be drawn when the test is done."""
    figure = plt.figure()
    yield figure
    figure.canvas.draw()
    plt.close(figure)


@pytest.fixture
def world():
    figure, ax = plt.subplots(subplot_kw={"projection": WORLD})
    ax.set_global()
    yield ax
    plt.close(figure)


@pytest.fixture(scope="session")
def mixed_partition():
    """Around a pole, with a corner at the other, over the antimeridian, and two small ones."""
    ids = s2.from_tokens(["b", "5", "7", "89", "47c"])
    ids[1] = s2.cell_ids(np.array([[89.0, -170.0]]), 1)[0]
    names = ["Antarctica", EVIL, "Pacific", "Cuba", "Paris"]
    counts = np.array([1, 0, 40, 12, 3000])
    return Partition("mixed", S2Cells(ids), s2.centers(ids), counts, names)


@pytest.fixture
def mixed_prediction(mixed_partition):
    probabilities = np.array([0.04, 0.06, 0.1, 0.3, 0.5])
    return prediction_cells(mixed_partition, probabilities, "S2 <cells>")
