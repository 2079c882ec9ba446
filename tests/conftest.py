"""What more than one folder of tests needs."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def samples():
    """The folder of the sample workbooks."""
    return Path(__file__).parent.parent / "data_samples"
