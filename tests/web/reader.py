"""A strict reader of the pages: what a browser would make of them, and what of it is text."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta", "link", "br", "input"}


class Read(HTMLParser):
    """The elements of a page with their attributes, and its texts; AssertionError where one closes another."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == [], f"never closed: {self._open}"

    @property
    def text(self) -> str:
        """All text, blanks made one."""
        return " ".join("".join(self.texts).split())

    @property
    def skeleton(self) -> list[tuple[str, tuple[str, ...]]]:
        """The elements and the names of their attributes: what no document may add to."""
        return [(tag, tuple(name for name, _ in attributes)) for tag, attributes in self.elements]

    def all(self, tag: str, name: str) -> list[str]:
        """The values of one attribute of all such elements."""
        return [value or "" for each, given in self.elements for key, value in given if (each, key) == (tag, name)]

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, tuple(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open[-1:] == [tag], f"</{tag}> closes {self._open[-1:]}"
        self._open.pop()

    def handle_data(self, data):
        self.texts.append(data)

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")


def read(answer) -> Read:
    """The page of an answer."""
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return Read(answer.text)
