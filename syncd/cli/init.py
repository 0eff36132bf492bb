"""``syncd init``: writes a small commented ``syncd.toml`` that can be used at once."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from syncd.cli import init_text
from syncd.cli.init_text import Answers, Block, configuration, mistakes
from syncd.errors import UsageError

FILE_NAME = "syncd.toml"
LIKELY_FOLDERS = (
    "docs/postmortems",
    "docs/post-mortems",
    "docs/postmortem",
    "docs/incidents",
    "docs/incident-reports",
    "doc/postmortems",
    "postmortems",
    "post-mortems",
    "postmortem",
    "incidents",
    "incident-reports",
)
"""Where teams keep their postmortems, the likeliest first."""


def run(
    *,
    paths: Sequence[Path] = (),
    team: str = "default",
    tickets: Path = Path("tickets"),
    prefix: str = "T",
    jira: str | None = None,
    project: str | None = None,
    user: str | None = None,
    github: str | None = None,
    timezone: str = "UTC",
    start_date: date | None = None,
    output: Path = Path(FILE_NAME),
    force: bool = False,
    cwd: Path | None = None,
) -> int:
    """Write the configuration and print what to do next; 0. Paths are relative to ``cwd``, else to the process's.

    Without ``paths`` a likely folder that holds Markdown is taken. Raises UsageError, and writes nothing, when there
    is none, when a value cannot be used, or when the file is already there and ``force`` is not given.
    """
    here = cwd or Path.cwd()
    file = here / output
    refuse_present(file, output, force=force)
    found = _existing(paths, here) or [_guessed(here)]
    tickets_there = seen_from(file.parent, tickets, here=here)
    answers = Answers(
        sources=[seen_from(file.parent, path, here=here) for path in found],
        tracker=_tracker(jira=jira, project=project, user=user, github=github, tickets=tickets_there, prefix=prefix),
        team=team,
        timezone=timezone,
        start_date=start_date,
    )
    text = configuration(answers)
    if wrong := mistakes(text, file):
        told = "".join(f"\n  {mistake}" for mistake in wrong)
        raise UsageError(f"These values cannot be used; nothing was written:{told}")
    write(text, file, force=force)
    print(farewell(output, proved=jira is None and github is None))
    return 0


def refuse_present(file: Path, output: Path, *, force: bool) -> None:
    """Raises UsageError when a file is there that nobody said to replace."""
    if file.exists() and not force:
        raise UsageError(f"{output} is already there. Replace it with --force, or choose another --output.")


def _existing(paths: Sequence[Path], here: Path) -> Sequence[Path]:
    for path in paths:
        if not (here / path).exists():
            raise UsageError(f"{path} does not exist. Correct --path, or make the folder first.")
    return paths


def guess(here: Path) -> Path | None:
    """The likeliest folder that holds Markdown."""
    return next((Path(folder) for folder in LIKELY_FOLDERS if any((here / folder).rglob("*.md"))), None)


def _guessed(here: Path) -> Path:
    if folder := guess(here):
        return folder
    raise UsageError(
        f"No folder of postmortems was found here: neither {', '.join(LIKELY_FOLDERS[:-1])} nor {LIKELY_FOLDERS[-1]} "
        "holds Markdown. Name yours: syncd init --path FOLDER."
    )


def seen_from(folder: Path, path: Path, *, here: Path) -> str:
    """How a file in ``folder`` has to write the path: an absolute one as it is, others relative to the file."""
    return path.as_posix() if path.is_absolute() else Path(os.path.relpath(here / path, start=folder)).as_posix()


def write(text: str, file: Path, *, force: bool) -> None:
    """Write the file. Raises UsageError when that cannot be done."""
    try:
        with file.open("w" if force else "x", encoding="utf-8", newline="\n") as new:
            new.write(text)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}. Choose another --output.") from None


def farewell(output: Path, *, proved: bool, begins: bool = False, missing: Sequence[str] = ()) -> str:
    """What to do next; ``missing`` are variables that have to be set first."""
    option = "" if output == Path(FILE_NAME) else f" --config {shlex.quote(str(output))}"
    steps = {
        **{f"export {variable}=…": "which was only typed so far" for variable in missing},
        f"syncd doctor{option}": "proves the token and the tracker, and says what to mend",
        f"syncd plan{option}": "shows what a pass would do, and does nothing",
        f"syncd reconcile{option}": "does it",
        f"syncd run{option}": "keeps doing it",
    }
    left_out = {f"syncd doctor{option}"} if proved else set()
    left_out |= {f"syncd reconcile{option}"} if begins else set()
    width = max(map(len, steps))
    lines = [f"  {command:<{width}}   {words}" for command, words in steps.items() if command not in left_out]
    return "\n".join((f"Wrote {output}. Next:", "", *lines))


def _tracker(
    *, jira: str | None, project: str | None, user: str | None, github: str | None, tickets: str, prefix: str
) -> Block:
    """Where the tickets go: the one place that was named, else a folder."""
    if jira is not None and github is not None:
        raise UsageError("--jira and --github name two trackers. Choose one; a second may be added to the file.")
    if (jira is None) is not (project is None):
        raise UsageError(
            "--jira needs --project, the KEY of the project that gets the tickets, and the other way round."
        )
    if jira is None and user is not None:
        raise UsageError("--user is the account of a Jira Cloud; add --jira.")
    if jira is not None and project is not None:
        return init_text.jira(url=jira, project=project, user=user or "")
    if github is not None:
        return init_text.github(repository=github)
    return init_text.folder(path=tickets, prefix=prefix)
