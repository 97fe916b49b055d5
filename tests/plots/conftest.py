import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import pytest

from geoutils.plots.world import WORLD


@pytest.fixture
def world():
    figure, ax = plt.subplots(subplot_kw={"projection": WORLD})
    ax.set_global()
    yield ax
    plt.close(figure)
