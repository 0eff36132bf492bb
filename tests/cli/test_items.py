"""What people say by hand: `link`, `unlink`, `ignore`; each command that a plan prints can be pasted."""

from __future__ import annotations

import re
import shlex

import pytest

from tests.cli.command import FIRST_ROW, document, row

SOURCE = ("--source", "my docs")
ASKED = document(row(1, "Add an alert on pool use above 75%"), row(2, "Freeze deploys around peak events"))
CONFIG = """\
[teams.web]
sources = [{ kind = "folder", path = "my docs" }]
trackers = { files = { kind = "folder", path = "tickets", prefix = "T" } }
"""


@pytest.fixture(params=["embedded", "configured"])
def flags(request, here):
    """The flags of either set-up; the folder's name needs quotes."""
    (here / "my docs").mkdir()
    (here / "my docs/a.md").write_text(ASKED, encoding="utf-8")
    if request.param == "embedded":
        return SOURCE
    (here / "conf.toml").write_text(CONFIG, encoding="utf-8")
    return ("--config", "conf.toml")


@pytest.fixture
def doubtful(flags, here, syncd):
    """A row that may be the one that T-1 was made for: it was reworded, renumbered, and lost its link."""
    syncd("reconcile", *flags)
    path = here / "my docs/a.md"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[FIRST_ROW - 1] = "| 7 | Add an alarm on pool usage over 80% | Platform Team | Oct 23 | Open | |\n"
    path.write_text("".join(lines), encoding="utf-8")
    return path


def printed(said):
    """The commands in what a plan says, as they would be pasted."""
    return [shlex.split(command)[1:] for command in re.findall(r"`(syncd [^`]+)`", said.out)]


def first_row(path):
    return path.read_text(encoding="utf-8").splitlines()[FIRST_ROW - 1]


def changes(said):
    return [(c["change"], c["ticket"]) for c in said.json["changes"] if c["change"] not in ("ignore", "report")]


def test_the_printed_link_joins_the_row_with_its_ticket(doubtful, flags, syncd):
    plan = syncd("plan", *flags)
    link = next(command for command in printed(plan) if command[0] == "link")
    assert tuple(link[2:]) == ("T-1", *flags)
    said = syncd(*link)
    assert said.code == 0
    assert said.out.endswith(f"Next: syncd reconcile {shlex.join(flags)}\n")
    assert syncd("reconcile", *flags).code == 0
    assert "[T-1](" in first_row(doubtful)
    assert changes(syncd("plan", "--json", *flags)) == []
    assert "made by syncd" in syncd("explain", "T-1", *flags).out


def test_the_printed_unlink_gives_the_row_a_ticket_of_its_own(doubtful, flags, syncd):
    unlink = next(command for command in printed(syncd("plan", *flags)) if command[0] == "unlink")
    assert unlink == ["unlink", "T-1", *flags]
    assert syncd(*unlink).code == 0
    assert syncd("reconcile", *flags).code == 0
    assert "[T-3](" in first_row(doubtful)


def test_the_printed_ignore_leaves_the_row_alone(doubtful, flags, syncd):
    ignore = next(command for command in printed(syncd("plan", *flags)) if command[0] == "ignore")
    assert syncd(*ignore).code == 0
    assert changes(syncd("plan", "--json", *flags)) == []
    assert "| Open | |" in first_row(doubtful)


def test_status_and_explain_print_the_same_commands(doubtful, flags, syncd):
    plan = [command for command in printed(syncd("plan", *flags)) if command[0] != "ignore"]
    syncd("reconcile", *flags)
    for said in (syncd("status", *flags), syncd("explain", f"my docs/a.md:{FIRST_ROW}", *flags)):
        assert [command for command in printed(said) if command[0] != "ignore"] == plan


# --- naming an item -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("met", [True, False])
@pytest.mark.parametrize("handle", ["id", "as shown", "absolute", "relative"])
def test_an_item_has_many_names(flags, here, syncd, monkeypatch, met, handle):
    (item,) = [c["item"] for c in syncd("plan", "--json", *flags).json["changes"][:1]]
    if met:
        syncd("reconcile", *flags)
    where = flags
    if handle == "relative":
        monkeypatch.chdir(here / "my docs")
        where = ("--config", "../conf.toml") if flags[0] == "--config" else ("--source", ".")
    name = {
        "id": item,
        "as shown": f"my docs/a.md:{FIRST_ROW}",
        "absolute": f"{here / 'my docs/a.md'}:{FIRST_ROW}",
        "relative": f"a.md:{FIRST_ROW}",
    }[handle]
    answer = syncd("ignore", name, "--reason", "not ours", "--json", *where)
    assert (answer.code, answer.json["line"], answer.json["ignored"]) == (0, FIRST_ROW, "not ours")
    assert answer.json["item"] == item
    ignored = [c["reason"] for c in syncd("plan", "--json", *where).json["changes"] if c["item"] == item]
    assert "by hand: not ours" in ignored


def test_a_line_means_what_stands_there_now(docs, syncd):
    syncd("reconcile", "--source", "docs")
    path = docs / "a.md"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    lines.insert(FIRST_ROW - 1, "| 9 | Shard the index | Search | Oct 30 | Open | |\n")
    path.write_text("".join(lines), encoding="utf-8")
    answer = syncd("ignore", f"docs/a.md:{FIRST_ROW}", "--reason", "later", "--json", "--source", "docs").json
    assert (answer["action"], answer["ticket"]) == ("Shard the index", None)
    moved = syncd("explain", f"docs/a.md:{FIRST_ROW + 1}", "--json", "--source", "docs").json
    assert (moved["action"], moved["ticket"]["key"]) == ("Add an alert on pool use above 75%", "T-1")


def test_a_line_without_an_item_is_no_item(docs, syncd):
    for _ in range(2):
        said = syncd("ignore", "docs/a.md:1", "--reason", "no", "--source", "docs")
        assert (said.code, "No item is known as 'docs/a.md:1'" in said.err) == (2, True)
        syncd("reconcile", "--source", "docs")


def test_a_path_that_only_ends_alike_is_another_document(docs, here, syncd):
    syncd("reconcile", "--source", "docs")
    assert syncd("explain", f"/a.md:{FIRST_ROW}").code == 2
    assert syncd("explain", f"{here}/docs/a.md:{FIRST_ROW}").code == 0


def test_a_ticket_of_two_rows_asks_which(docs, here, syncd):
    syncd("reconcile", "--source", "docs")
    path = docs / "a.md"
    line = path.read_text(encoding="utf-8").splitlines()[FIRST_ROW - 1]
    path.write_text(path.read_text(encoding="utf-8") + line.replace("| 1 |", "| 4 |").replace("Add", "Mend") + "\n")
    syncd("reconcile", "--source", "docs")
    said = syncd("explain", "T-1")
    assert said.code == 2
    listed = re.findall(r"\n  ([0-9a-f]{8})  docs/a\.md:(\d+)  (\w+)", said.err)
    assert [(line, word) for _, line, word in listed] == [("11", "Add"), ("14", "Mend")]
    assert all(syncd("explain", item).code == 0 for item, _, _ in listed)


# --- saying what makes no sense -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ticket", "words"),
    [
        ("banana", "'banana' is no ticket of files. Name it as a document would: its key, or its URL."),
        ("OPS-1", "'OPS-1' is no ticket of files."),
        ("T-77", "T-77 is not in files: correct it, or make it there first."),
    ],
)
def test_a_ticket_that_cannot_be_is_refused_at_once(docs, here, syncd, ticket, words):
    said = syncd("link", f"docs/a.md:{FIRST_ROW}", ticket, "--source", "docs")
    assert (said.code, words in said.err) == (2, True), said.err
    assert changes(syncd("plan", "--json", "--source", "docs"))[0] == ("create", None)


def test_an_item_without_a_ticket_has_nothing_to_take_apart(docs, syncd):
    said = syncd("unlink", f"docs/a.md:{FIRST_ROW}", "--source", "docs")
    assert (said.code, "has no ticket: there is nothing to take apart" in said.err) == (2, True)


def test_a_ticket_that_a_person_made_is_linked_by_hand_and_only_tracked(docs, here, syncd):
    tickets = here / ".syncd/tickets"
    tickets.mkdir(parents=True)
    (tickets / "T-7.md").write_text("---\nkey: T-7\ntitle: Pool alert\nstatus: in_progress\n---\n", encoding="utf-8")
    assert syncd("link", f"docs/a.md:{FIRST_ROW}", "T-7", "--source", "docs").code == 0
    said = syncd("reconcile", "--source", "docs")
    assert "the row says open, its ticket says in progress" in said.out
    assert "| Open | [T-7](" in first_row(docs / "a.md")
    assert syncd("explain", "T-7", "--json").json["ticket"]["matched"] == "by_hand"


def test_link_takes_ignore_back(docs, syncd):
    syncd("reconcile", "--source", "docs")
    item = syncd("ignore", "T-1", "--reason", "no", "--json").json["item"]
    assert syncd("explain", item, "--json").json["ignored"] == "no"
    syncd("link", "T-1", "T-1")
    assert syncd("explain", item, "--json").json["ignored"] is None


def test_quiet_says_nothing(docs, syncd):
    syncd("reconcile", "--source", "docs")
    assert syncd("ignore", "T-1", "--reason", "no", "--quiet").out == ""


def test_without_a_configuration_no_pass_is_offered_that_would_want_one(docs, syncd):
    syncd("reconcile", "--source", "docs")
    assert syncd("unlink", "T-1").out.endswith("the ticket itself is left alone.\n")
    assert syncd("unlink", "T-2", "--source", "docs").out.endswith("\nNext: syncd reconcile --source docs\n")
