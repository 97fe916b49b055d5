import pytest
from small_root import small_root


@pytest.fixture(scope="session")
def root(tmp_path_factory):
    """A repository with a study of two short notebooks."""
    return small_root(tmp_path_factory.mktemp("small") / "root")
