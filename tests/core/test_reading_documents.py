"""Golden documents, one for each way of writing, beside what ``syncd parse --json`` says of them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from syncd.cli.parse import as_object, markup_of
from syncd.core.model import Bullet, Document, Postmortem, Row
from syncd.core.postmortem import finished, parse

FOLDER = Path(__file__).resolve().parents[1] / "documents" / "reading"
DOCUMENTS = sorted(path for path in FOLDER.iterdir() if path.suffix != ".json")
TODAY = date(2025, 1, 1)


def read(path: Path) -> Postmortem:
    text = path.read_bytes().decode("utf-8")
    return parse(Document(f"test:{path.name}", path.name, text, "1", markup_of(path)))


def test_every_document_has_its_reading_beside_it():
    assert {p.with_suffix(".json") for p in DOCUMENTS} == set(FOLDER.glob("*.json"))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_is_read_as_written_beside_it(path: Path):
    postmortem = read(path)
    told = finished(postmortem, today=TODAY)
    assert as_object(path.name, postmortem, told) == json.loads(path.with_suffix(".json").read_text("utf-8"))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_place_of_an_item_holds_what_was_read_there(path: Path):
    postmortem = read(path)
    text = postmortem.document.text
    for item in postmortem.items:
        assert (item.table is None) == (item.row is None)
        assert (item.row is None) != (item.bullet is None)
        if item.row:
            check_row(item.row, text)
        if item.bullet:
            check_bullet(item.bullet, text)
        for reference in item.references:
            assert reference.span is not None
            place = reference.span.of(text)
            assert place[-1:] in "])>" or reference.text.lstrip("#") in place.replace("\\", "")


def check_row(row: Row, text: str) -> None:
    for cell in row.cells:
        content = cell.span.of(text)
        assert content == content.strip()
        assert bool(content) or not cell.text
    if row.closed:
        assert text[row.end - 1] in "|>"
    else:
        assert row.end == len(text) or text[row.end] in "\r\n \t"


def check_bullet(bullet: Bullet, text: str) -> None:
    assert not text[bullet.end - 1 : bullet.end].isspace()
    if bullet.box:
        assert text[bullet.box.start - 1] + text[bullet.box.end] == "[]"
        assert bullet.box.end - bullet.box.start <= 1
    if bullet.mark:
        assert bullet.mark.of(text).strip()
        assert bullet.mark.end <= max(bullet.end, bullet.mark.end)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_reading_twice_gives_the_same(path: Path):
    assert read(path) == read(path)
