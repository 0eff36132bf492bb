"""The pages of the site in a real browser: pictures, and what no eye should have to look for.

Nothing may have to be scrolled sideways, axe-core may find nothing, and who has only a keyboard reaches everything and
sees where he is.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import product
from pathlib import Path
from typing import Literal

import httpx
from playwright.sync_api import Browser, Page, Route

from tests.web.asgi import ADDRESS
from tests.web.samples import SAMPLES

AXE = Path(os.environ.get("AXE", "node_modules/axe-core/axe.min.js"))
WIDTHS = (320, 390, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PAGES = {
    "item": ("some-late", "/items/00000001"),
    "item-blocked": ("some-late", "/items/00000004"),
    "items": ("many-overdue", "/?state=overdue"),
    "one-owner": ("some-late", "/?owner=Payments+Core"),
    "nothing": ("some-late", "/?owner=Nobody"),
    "no-such-page": ("some-late", "/items/ffffffff"),
    "long-item": ("long-titles", "/items/00000002"),
    "scripts-item": ("scripts", "/items/00000001"),
}
OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"
VIOLATIONS = """async () => (await axe.run({resultTypes: ["violations"]})).violations.map(
    found => `${found.id}: ${found.help} (${found.nodes.map(node => node.target.join(" ")).slice(0, 3).join("; ")})`)"""
REACHABLE = """() => [...document.querySelectorAll("a[href], button, select, summary, [tabindex='0']")]
    .filter(each => each.checkVisibility()).length"""
FOCUSED = """() => {
    const at = document.activeElement;
    if (at === document.body) return null;
    at.dataset.visited ??= "1";
    const style = getComputedStyle(at);
    const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    return {seen, what: at.outerHTML.slice(0, 80)};
}"""
VISITED = "() => document.querySelectorAll('[data-visited]').length"


def pictures(browser: Browser, folder: Path) -> Iterator[str]:
    """Takes the pictures; yields a sentence for each thing that is wrong."""
    for name, (sample, path) in addresses():
        client = SAMPLES[sample]().client()
        replies = {ADDRESS + each: client.get(each) for each in (path, "/site.css", "/icon.svg")}
        for width, scheme in product(WIDTHS, SCHEMES):
            page = browser.new_page(viewport={"width": width, "height": 780}, color_scheme=scheme)
            page.route("**/*", partial(_answer, replies))
            page.goto(ADDRESS + path)
            page.screenshot(path=folder / f"page-{name}-{width}-{scheme}.png", full_page=True)
            yield from (f"{name} at {width} ({scheme}): {wrong}." for wrong in faults(page))
            page.close()


def addresses() -> Iterator[tuple[str, tuple[str, str]]]:
    """The first page of every sample, one postmortem, and the others."""
    yield from ((sample, (sample, "/")) for sample in SAMPLES)
    sheets = SAMPLES["some-late"]().client().get("/status.json").json()["postmortems"]
    yield "postmortem", ("some-late", f"/postmortems/{sheets[0]['postmortem']}")
    long = SAMPLES["long-titles"]().client().get("/status.json").json()["postmortems"]
    yield "long-postmortem", ("long-titles", f"/postmortems/{long[0]['postmortem']}")
    yield from PAGES.items()


def faults(page: Page) -> Iterator[str]:
    pixels = page.evaluate(OVERFLOW)
    if pixels > 0:
        yield f"{pixels} pixels too wide"
    if AXE.exists():
        page.evaluate(AXE.read_text(encoding="utf-8"))
        yield from page.evaluate(VIOLATIONS)
    yield from _by_keyboard(page)


def _by_keyboard(page: Page) -> Iterator[str]:
    """Walks through the page with the tabulator."""
    wanted = page.evaluate(REACHABLE)
    for _ in range(wanted + 2):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        if at and not at["seen"]:
            yield f"nothing shows that the focus is on {at['what']}"
    visited = page.evaluate(VISITED)
    if visited != wanted:
        yield f"{wanted - visited} of {wanted} controls are not reached by keyboard"


def _answer(replies: Mapping[str, httpx.Response], route: Route) -> None:
    reply = replies[route.request.url]
    route.fulfill(status=reply.status_code, headers=dict(reply.headers), body=reply.content)
