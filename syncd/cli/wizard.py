"""``syncd init`` on a terminal: asks, tests what it was told, writes it, and asks whether it may begin at once."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from syncd.cli import init_text
from syncd.cli.around import Repository, repository, time_zone
from syncd.cli.doctor import exit_code, show, summary
from syncd.cli.init import farewell, guess, refuse_present, seen_from, write
from syncd.cli.init_text import Answers, Block, configuration, mistakes
from syncd.cli.opening import MEMORY, Opening, now, opened, opened_to_look
from syncd.cli.printable import counted, printable
from syncd.cli.questions import Questions
from syncd.cli.terminal import Terminal
from syncd.contact import let_act, may_act
from syncd.core.change import ChangeKind
from syncd.doctor import diagnose
from syncd.reconcile import Request, reconcile
from syncd.settings import from_text
from syncd.settings.values import zone
from syncd.store.ledger import Ledger
from syncd.wiring import Surroundings, application

TRACKERS = {"folder": "into a folder of Markdown files", "jira": "into Jira", "github": "into issues on GitHub"}
NOTIFIERS = {"none": "nobody, for now", "mail": "people, by mail", "slack": "a channel of Slack"}


def run(terminal: Terminal, *, output: Path, force: bool, user: str) -> int:
    """Ask until it works, or the person has it so; returns the exit code."""
    here = Path.cwd()
    file = here / output
    refuse_present(file, output, force=force)
    wizard = Wizard(here, file, terminal)
    text, works = wizard.agreed()
    write(text, file, force=force)
    terminal.out()
    begins = works and may_begin(Opening(config=output), terminal, wizard.ask, user=user)
    terminal.out(farewell(output, proved=works, begins=begins, missing=wizard.typed))
    return 0


def may_begin(opening: Opening, terminal: Terminal, ask: Questions, *, user: str) -> bool:
    """Whether the daemon may act at once, as the person says after hearing what it would do."""
    with opened_to_look(opening) as app:
        if all(may_act(app.ledger, s.source.location) for team in app.teams for s in team.sources):
            return True
        planned = reconcile(app, Request(dry_run=True))
    if planned.brake:
        terminal.out(printable(f"The first pass would be held until you look at it: {planned.brake}."))
        return False
    creates = sum(change.kind is ChangeKind.CREATE for _, change in planned.changes)
    read = sum(s.read for s in planned.sources)
    terminal.out(f"The first pass would read {counted(read, 'document')} and make {counted(creates, 'ticket')}.")
    terminal.out("`syncd run` makes none at its first contact with a source, until `syncd reconcile` was run by hand.")
    if not ask.yes("May it make them by itself, at once?", default=False):
        return False
    with opened(opening, "syncd init") as app:
        for source in (source for team in app.teams for source in team.sources):
            let_act(app.ledger, source.source.location, at=app.clock(), by=f"{user}, with syncd init")
    return True


@dataclass
class Wizard:
    """The questions, from the first to a configuration that was tried."""

    here: Path
    file: Path
    terminal: Terminal
    ask: Questions = field(default_factory=Questions)
    typed: list[str] = field(default_factory=list)
    """Variables that are not set, whose values the person typed to try them."""

    def agreed(self) -> tuple[str, bool]:
        """The text of the configuration, and whether a pass would work with it."""
        self.terminal.out("Enter takes what stands in brackets. Nothing is written before the end.")
        while True:
            self.terminal.out()
            text = configuration(self._answers(repository(self.here)))
            works = self._tried(text)
            if works or not self.ask.yes("Change the answers?", default=True):
                return text, works

    def _tried(self, text: str) -> bool:
        """Whether each connector works, shown as ``syncd doctor`` does."""
        settings = from_text(text, file=self.file, name=self.file.name, environment={})
        self.terminal.out()
        self.terminal.out("Trying it:")
        with Ledger.open(MEMORY) as ledger:
            found = []
            for diagnosis in diagnose(application(settings, Surroundings(ledger, now, os.environ))):
                found.append(diagnosis)
                show(diagnosis, self.terminal, first=False)
        levels = [finding.level for diagnosis in found for finding in diagnosis.findings]
        self.terminal.out()
        self.terminal.out((summary(found), "bold"))
        return exit_code(levels) == 0

    # --- what is asked

    def _answers(self, git: Repository | None) -> Answers:
        folder = Path(self.ask.text("Where are the postmortems?", _guessed(self.here), check=self._there))
        team = self.ask.text("What is the team called?", git.name.partition("/")[2] if git else "default")
        timezone = self.ask.text("In which time zone does it work?", time_zone(), check=lambda name: str(zone(name)))
        rough = Answers([seen_from(self.file.parent, folder, here=self.here)], _ANY_TRACKER, team, timezone)
        kind = self.ask.choice("Where do tickets go?", TRACKERS, "github" if git and git.on_github else "folder")
        tracker = self._fitting(lambda: self._tracker(kind, git), lambda t: Answers(rough.sources, t, team, timezone))
        link = "" if kind == "folder" else self._link(git, folder)
        told = self.ask.choice("Who gets the digests (weekly, reviews, retros)?", NOTIFIERS, "none")
        notifier = (
            None
            if told == "none"
            else self._fitting(
                lambda: self._notifier(told),
                lambda n: Answers(rough.sources, tracker, team, timezone, notifier=n),
            )
        )
        start = self.ask.optional("Postmortems from before which day make no tickets? (2026-01-31)", check=_day)
        return Answers(
            rough.sources,
            tracker,
            team,
            timezone,
            start_date=date.fromisoformat(start) if start else None,
            url_template=link,
            notifier=notifier,
        )

    def _fitting(self, asked: Callable[[], Block], whole: Callable[[Block], Answers]) -> Block:
        """What was answered to some questions, asked until the configuration would take it."""
        while True:
            block = asked()
            wrong = mistakes(configuration(whole(block)), self.file)
            if not wrong:
                return block
            for mistake in wrong:
                self.terminal.out(("✗", "red"), f" {printable(mistake)}")

    def _tracker(self, kind: str, git: Repository | None) -> Block:
        if kind == "jira":
            return self._jira()
        if kind == "github":
            repository = self.ask.text("Which repository, as owner/name?", git.name if git else None)
            server = "" if git is None or git.host == "github.com" else f"https://{git.host}/api/v3"
            api_url = self.ask.optional("The API of an Enterprise Server?", server)
            variable = self._variable("the token", "GITHUB_TOKEN")
            return init_text.github(repository=repository, api_url=api_url, variable=variable)
        path = Path(self.ask.text("Into which folder?", "tickets"))
        prefix = self.ask.text("With which letters do their keys begin?", "T")
        return init_text.folder(path=seen_from(self.file.parent, path, here=self.here), prefix=prefix)

    def _jira(self) -> Block:
        url = self.ask.text("The address of your Jira, such as https://example.atlassian.net?")
        project = self.ask.text("The KEY of the project?", check=str.upper)
        if ".atlassian.net" in url:
            user = self.ask.text("The e-mail address of the token's account?")
        else:
            user = self.ask.optional("The e-mail address of the token's account (only on Jira Cloud)?")
        return init_text.jira(url=url, project=project, user=user, variable=self._variable("the token", "JIRA_TOKEN"))

    def _link(self, git: Repository | None, folder: Path) -> str:
        page = git.page((self.here / folder).resolve()) if git else None
        question = "Where are they read on the web, with {path} for the file?"
        return self.ask.optional(question, page or "", check=_template)

    def _notifier(self, kind: str) -> Block:
        if kind == "slack":
            return init_text.slack(variable=self._variable("the address of the incoming webhook", "SLACK_WEBHOOK"))
        host = self.ask.text("Which server takes the mail?")
        port = self.ask.text("On which port (587 STARTTLS, 465 TLS, 25 neither)?", "587", check=_port)
        user = self.ask.optional("As which user?")
        variable = self._variable("the password", "SMTP_PASSWORD") if user else ""
        sender = self.ask.text("From which address?")
        to = self.ask.text("To which addresses, with commas between?")
        addresses = [address.strip() for address in to.split(",") if address.strip()]
        return init_text.mail(host=host, port=int(port), user=user, variable=variable, sender=sender, to=addresses)

    def _variable(self, what: str, usual: str) -> str:
        """Which environment variable holds a secret; one that is not set may be typed to try it."""
        variable = self.ask.text(f"Which environment variable holds {what}?", usual)
        before = variable in self.typed
        if variable.isidentifier() and (before or not os.environ.get(variable)):
            self.terminal.out(f"{variable} is not set here." if not before else f"{variable} was typed before.")
            otherwise = "as before" if before else "without"
            if value := self.ask.hidden(f"Type {what} to try it now; it is kept nowhere (Enter: {otherwise})"):
                os.environ[variable] = value
                self.typed = sorted({*self.typed, variable})
        return variable

    def _there(self, path: str) -> str:
        if not path or not (self.here / path).exists():
            raise ValueError("does not exist; name a folder, or one postmortem")
        return path


_ANY_TRACKER = init_text.folder(path="tickets", prefix="T")


def _guessed(here: Path) -> str | None:
    folder = guess(here)
    return folder.as_posix() if folder else None


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError("is no day; write one such as 2026-01-31") from None


def _template(text: str) -> str:
    if "{path}" not in text or not text.startswith(("https://", "http://")):
        raise ValueError("is no such address; write https://… with {path} in it")
    return text


def _port(text: str) -> str:
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise ValueError("is no port; write a number such as 587")
    return text
