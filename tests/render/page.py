"""A strict reader of our HTML: elements close in order, and every colour is the one that a reader sees."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "img", "link", "col"}
BLOCKS = {"p", "div", "table", "ul", "ol", "h1", "h2", "h3", "li"}
_DARK = re.compile(r"@media \(prefers-color-scheme: dark\)\s*\{((?:[^{}]*\{[^{}]*\})*)\s*\}")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")


@dataclass
class Element:
    tag: str
    attributes: dict
    parent: Element | None = field(repr=False)
    children: list = field(default_factory=list, repr=False)

    @property
    def text(self):
        return "".join(c if isinstance(c, str) else c.text for c in self.children)

    @property
    def classes(self):
        return (self.attributes.get("class") or "").split()

    @property
    def style(self):
        return declarations(self.attributes.get("style") or "")

    def walk(self):
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def all(self, *tags):
        return [element for element in self.walk() if element.tag in tags]

    def up(self):
        element = self
        while element is not None:
            yield element
            element = element.parent


class Page(HTMLParser):
    """Parses a whole document; raises AssertionError where a browser would have to guess."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.root = Element("document", {}, None)
        self.at = self.root
        self.doctype = ""
        self.feed(html)
        self.close()
        assert self.at is self.root, f"<{self.at.tag}> is never closed"

    def handle_decl(self, decl):
        self.doctype = decl

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice"
        assert not (tag in BLOCKS and any(e.tag == "p" for e in self.at.up())), f"<{tag}> stands in a paragraph"
        element = Element(tag, dict(attrs), self.at)
        self.at.children.append(element)
        if tag not in VOID:
            self.at = element

    def handle_endtag(self, tag):
        assert tag == self.at.tag, f"</{tag}> closes <{self.at.tag}>"
        self.at = self.at.parent

    def handle_data(self, data):
        self.at.children.append(data)

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    @property
    def skeleton(self):
        """All that is not text: elements and attributes in order."""
        return [(e.tag, tuple(e.attributes.items())) for e in self.root.walk()]

    @property
    def visible(self):
        """Texts that are shown, with the element that they stand in."""
        for element in self.root.walk():
            hidden = element.tag in ("title", "style") or "pre" in element.classes
            for child in element.children if not hidden else ():
                if isinstance(child, str) and child.strip():
                    yield child, element

    def colours(self, element, *, dark):
        """Foreground and background of the text in an element."""
        return self._effective(element, "color", dark), self._effective(element, "background-color", dark)

    def _effective(self, element, name, dark):
        for holder in element.up():
            value = self._dark_value(holder, name) if dark else None
            value = value or holder.style.get(name)
            if value:
                return value
        raise AssertionError(f"no {name} for <{element.tag}>")

    def _dark_value(self, element, name):
        value = None
        for selectors, rule in self._dark_rules:
            if selectors & set(element.classes):
                value = rule.get(name, value)
        return value

    @cached_property
    def _dark_rules(self):
        rules = []
        style = self.root.all("style")[0].text
        (found,) = _DARK.findall(style)
        for selectors, body in _RULE.findall(found):
            names = {selector.strip() for selector in selectors.split(",")}
            assert all(re.fullmatch(r"\.[a-z]+", selector) for selector in names), names
            assert all(value.endswith("!important") for value in body.split(";") if value.strip())
            rules.append(({name[1:] for name in names}, declarations(body)))
        return rules


def declarations(css):
    parts = (part.partition(":") for part in css.split(";") if part.strip())
    return {name.strip(): value.replace("!important", "").strip() for name, _, value in parts}


def inverted(colour):
    """What a mail program makes of it that turns every colour round."""
    return "#" + "".join(f"{255 - int(colour[i : i + 2], 16):02x}" for i in (1, 3, 5))


def contrast(one, other):
    """WCAG 2.2's contrast ratio of two `#rrggbb`."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour):
    assert re.fullmatch("#[0-9a-f]{6}", colour), colour
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
