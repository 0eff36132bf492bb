"""What every source promises. A test class inherits :class:`SourceContract` and gives it a ``world`` fixture."""

from __future__ import annotations

from typing import Protocol

import pytest

from syncd.core.model import Document, Markup
from syncd.errors import SourceError
from syncd.ports import Edit, SaveStatus, Source

TEXTS = {
    "line feeds": "# A\n\nbody\n",
    "carriage returns": "# A\r\n\r\nbody\r\n",
    "mixed line ends": "# A\r\nbody\nmore\rlast",
    "a byte order mark": "\ufeff# A\nbody\n",
    "no final line end": "# A",
    "trailing blanks": "# A  \n\tbody \t\n\n\n",
    "other scripts": "# 障害報告 🚨\n\nübrig e\u0301 \u200b\u202e\n",
    "line separators": "# A\u2028body\u0085more\x0cpage\n",
}


class World(Protocol):
    """A source, and the hands of the people who write in it."""

    @property
    def source(self) -> Source: ...

    def write(self, name: str, text: str) -> None:
        """Make or change the document of this name (``a.md``), without the source."""

    def remove(self, name: str) -> None: ...

    def text(self, name: str) -> str:
        """What the document holds, exactly."""

    def vanish(self) -> None:
        """Take the whole place away."""


class SourceContract:
    def test_a_place_without_documents_reads_as_empty_and_complete(self, world: World):
        reading = world.source.documents({})
        assert (reading.count, reading.complete, reading.problem) == (0, True, None)

    @pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
    def test_a_text_is_handed_out_exactly(self, world: World, text: str):
        world.write("a.md", text)
        assert read_one(world).text == text

    @pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
    def test_a_text_is_saved_exactly(self, world: World, text: str):
        world.write("a.md", "old\n")
        [saved] = world.source.save([Edit(read_one(world), text)])
        assert (saved.status, world.text("a.md")) == (SaveStatus.SAVED, text)

    def test_documents_come_in_the_order_of_their_paths(self, world: World):
        for name in ("c.md", "a.md", "B.md"):
            world.write(name, name)
        paths = [document.path for document in world.source.documents({}).documents]
        assert len(paths) == 3
        assert paths == sorted(paths)

    def test_two_documents_with_the_same_text_have_different_keys(self, world: World):
        world.write("a.md", "same")
        world.write("b.md", "same")
        assert len({document.key for document in world.source.documents({}).documents}) == 2

    def test_the_ending_tells_the_markup(self, world: World):
        world.write("a.html", "<p>a</p>")
        world.write("b.md", "b")
        assert [d.markup for d in world.source.documents({}).documents] == [Markup.HTML, Markup.MARKDOWN]

    def test_a_known_revision_is_not_handed_out_again(self, world: World):
        world.write("a.md", "a")
        document = read_one(world)
        reading = world.source.documents({document.key: document.revision})
        assert (reading.documents, reading.unchanged) == ((), frozenset({document.key}))

    def test_an_edited_document_keeps_its_key_and_changes_its_revision(self, world: World):
        world.write("a.md", "a")
        before = read_one(world)
        world.write("a.md", "b")
        [after] = world.source.documents({before.key: before.revision}).documents
        assert after.key == before.key
        assert after.revision != before.revision
        assert after.text == "b"

    def test_a_removed_document_is_absent_from_a_complete_look(self, world: World):
        world.write("a.md", "a")
        document = read_one(world)
        world.remove("a.md")
        reading = world.source.documents({document.key: document.revision})
        assert (reading.count, reading.complete) == (0, True)

    def test_what_is_no_longer_there_at_all_is_an_error_and_not_an_empty_source(self, world: World):
        world.write("a.md", "a")
        world.vanish()
        with pytest.raises(SourceError):
            world.source.documents({})

    def test_the_revision_of_a_save_is_the_one_read_next(self, world: World):
        world.write("a.md", "a")
        [saved] = world.source.save([Edit(read_one(world), "b")])
        assert saved.revision is not None
        assert world.source.documents({saved.key: saved.revision}).unchanged == {saved.key}

    def test_an_edit_by_a_person_meanwhile_wins(self, world: World):
        world.write("a.md", "a")
        document = read_one(world)
        world.write("a.md", "a person's")
        [saved] = world.source.save([Edit(document, "ours")])
        assert (saved.status, saved.revision) == (SaveStatus.CHANGED, None)
        assert saved.reason
        assert world.text("a.md") == "a person's"

    def test_a_document_removed_meanwhile_is_not_made_again(self, world: World):
        world.write("a.md", "a")
        document = read_one(world)
        world.remove("a.md")
        [saved] = world.source.save([Edit(document, "ours")])
        assert saved.status is SaveStatus.CHANGED
        assert world.source.documents({}).count == 0

    def test_saving_from_the_same_reading_twice_writes_once(self, world: World):
        world.write("a.md", "a")
        document = read_one(world)
        outcomes = world.source.save([Edit(document, "b"), Edit(document, "c")])
        assert [saved.status for saved in outcomes] == [SaveStatus.SAVED, SaveStatus.CHANGED]
        assert world.text("a.md") == "b"

    def test_one_refused_edit_does_not_stop_the_others(self, world: World):
        for name in ("a.md", "b.md", "c.md"):
            world.write(name, name)
        a, b, c = world.source.documents({}).documents
        world.write("b.md", "a person's")
        outcomes = world.source.save([Edit(c, "c2"), Edit(b, "b2"), Edit(a, "a2")])
        assert [saved.key for saved in outcomes] == [c.key, b.key, a.key]
        assert [world.text(name) for name in ("a.md", "b.md", "c.md")] == ["a2", "a person's", "c2"]

    def test_nothing_to_save_is_nothing_saved(self, world: World):
        assert world.source.save([]) == []

    def test_the_location_names_kind_and_place_and_does_not_move(self, world: World):
        before = world.source.location
        world.write("a.md", "a")
        kind, _, place = before.partition(":")
        assert kind
        assert place
        assert world.source.location == before


def read_one(world: World) -> Document:
    [document] = world.source.documents({}).documents
    return document
