"""The golden files of this folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.render.golden_files import Golden

FOLDER = Path(__file__).parent / "golden"


@pytest.fixture(scope="session")
def golden():
    files = Golden(FOLDER, writing=os.environ.get("SYNCD_GOLDEN") == "write")
    yield files
    files.finish()
