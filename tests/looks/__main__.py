"""Takes a picture of every mail, card and page, narrow and wide, light and dark, and looks for what is wrong with it.

Mails and cards as people get them; tickets of the sample postmortems much as GitHub and Jira show them, in light only.

    python -m tests.looks [FOLDER]        # by default ./looks

Needs Chromium: `$CHROMIUM`, or /usr/bin/chromium (Debian: chromium fonts-noto-core fonts-noto-cjk
fonts-noto-color-emoji). For the Teams cards `$ADAPTIVECARDS`, or node_modules/adaptivecards/dist/adaptivecards.min.js:
Microsoft's own renderer (npm: adaptivecards). For the pages `$AXE`, or node_modules/axe-core/axe.min.js (npm:
axe-core). It says what is missing, and takes the pictures that it can. Exit 1 when something has to be scrolled
sideways, when the renderer objects to a card, when axe finds a barrier, or when a page needs more than a keyboard.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

from syncd.ports import Format
from syncd.render import render
from tests.looks import site
from tests.looks.card import card_page
from tests.looks.ticket import ticket_pages
from tests.render.samples import SAMPLES, SETTINGS

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
RENDERER = Path(os.environ.get("ADAPTIVECARDS", "node_modules/adaptivecards/dist/adaptivecards.min.js"))
Scheme = Literal["light", "dark"]
Views = Sequence[tuple[int, Scheme]]
"""Width in pixels, and theme."""
SCHEMES: Sequence[Scheme] = ("light", "dark")
MESSAGES: Views = tuple(product((320, 640), SCHEMES))
TICKETS: Views = tuple(product((640, 1000), SCHEMES[:1]))
OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"
OBJECTIONS = "window.objections || []"


def main(folder: Path) -> int:
    if not CHROMIUM.exists():
        print(f"No pictures were taken: there is no Chromium at {CHROMIUM}. Install it, or set CHROMIUM to its path.")
        return 0
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        wrong = [told for name, page in pages() for told in looked_at(browser, name, page, folder, MESSAGES)]
        wrong += [told for name, page in ticket_pages() for told in looked_at(browser, name, page, folder, TICKETS)]
        wrong += site.pictures(browser, folder)
        browser.close()
    if not RENDERER.exists():
        print(f"No Teams card was drawn: npm's adaptivecards is not at {RENDERER}. Set ADAPTIVECARDS to its path.")
    if not site.AXE.exists():
        print(f"The pages were not checked for barriers: npm's axe-core is not at {site.AXE}. Set AXE to its path.")
    print(f"The pictures are in {folder}.")
    print("\n".join(wrong) or "Nothing has to be scrolled sideways, and nothing bars the way.")
    return 1 if wrong else 0


def pages() -> Iterator[tuple[str, str]]:
    """Every mail and, where Microsoft's renderer is at hand, every card, as a page with its name."""
    for name, digest in SAMPLES.items():
        yield name, str(render(digest, Format.MAIL, settings=SETTINGS)["html"])
        if RENDERER.exists():
            yield f"{name}-teams", card_page(render(digest, Format.TEAMS, settings=SETTINGS), RENDERER)


def looked_at(browser: Browser, name: str, html: str, folder: Path, views: Views) -> Iterator[str]:
    """Takes a page's pictures; yields a sentence for each thing that is wrong with one."""
    for width, scheme in views:
        page = browser.new_page(viewport={"width": width, "height": 600}, color_scheme=scheme)
        page.set_content(html)
        page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
        yield from (f"{name} at {width} ({scheme}): {wrong}." for wrong in faults(page))
        page.close()


def faults(page: Page) -> Iterator[str]:
    pixels = page.evaluate(OVERFLOW)
    if pixels > 0:
        yield f"{pixels} pixels too wide"
    yield from page.evaluate(OBJECTIONS)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "looks")))
