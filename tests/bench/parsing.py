"""How long reading postmortems takes, beside a full markdown-it-py parse of the same texts.

usage: python tests/bench/parsing.py [--corpus DIR] [--rounds N]
"""

from __future__ import annotations

import argparse
import gc
import time
from collections.abc import Callable
from pathlib import Path

from markdown_it import MarkdownIt

from syncd.core.model import Document
from syncd.core.postmortem import parse

DOCUMENTS = Path(__file__).resolve().parents[1] / "documents"


def texts(corpus: Path) -> list[str]:
    """All Markdown texts below a folder; files that are no text are left out."""
    found: list[str] = []
    for path in sorted(p for p in corpus.rglob("*") if p.is_file() and p.suffix not in (".json", ".html", ".py")):
        try:
            found.append(path.read_bytes().decode("utf-8"))
        except UnicodeDecodeError:
            continue
    return found


def seconds(work: Callable[[], object], rounds: int) -> float:
    """The fastest of several rounds, in processor time: the machine may be busy with other things."""
    times = []
    for _ in range(rounds):
        gc.collect()
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def main() -> None:
    """Print one line: both times and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=DOCUMENTS)
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()

    sources = texts(arguments.corpus)
    documents = [Document(str(n), f"{n}.md", text, "") for n, text in enumerate(sources)]
    markdown = MarkdownIt("commonmark").enable("table")
    full = ours = float("inf")
    for _ in range(arguments.rounds):  # by turns: what slows the machine down slows down both
        full = min(full, seconds(lambda: [markdown.parse(text) for text in sources], 1))
        ours = min(ours, seconds(lambda: [parse(document) for document in documents], 1))
    size = sum(len(text) for text in sources)
    print(
        f"parsing: {len(sources)} documents, {size / 1000:.0f} kB: syncd {ours * 1000:.0f} ms, "
        f"markdown-it-py {full * 1000:.0f} ms, ratio {ours / full:.2f}"
    )


if __name__ == "__main__":
    main()
