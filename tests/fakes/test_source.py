"""The fake keeps the promises that the real sources keep."""

from __future__ import annotations

import pytest

from syncd.ports import Source
from tests.contracts.source import SourceContract, World
from tests.fakes.source import MemorySource


class MemoryWorld:
    def __init__(self) -> None:
        self._source = MemorySource()

    @property
    def source(self) -> Source:
        return self._source

    def write(self, name: str, text: str) -> None:
        self._source.texts[name] = text

    def remove(self, name: str) -> None:
        del self._source.texts[name]

    def text(self, name: str) -> str:
        return self._source.texts[name]

    def vanish(self) -> None:
        self._source.gone = True


class TestMemorySource(SourceContract):
    @pytest.fixture
    def world(self) -> World:
        return MemoryWorld()
