from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import SettingsError
from syncd.settings import from_text
from syncd.settings.text import quoted
from tests.canary import canary

from .conftest import FILE, TEAM

LACKING = "is not available in this version"
LITERAL = 'must not stand in the configuration; write where it is kept, "env:NAME" or "file:/path"'
JIRA = """
[teams.payments.trackers.ops]
kind = "jira"
url = "https://example.atlassian.net"
deployment = "cloud"
user = "a@b.c"
token = "env:JIRA_TOKEN"
project = "OPS"
"""


def one(mistakes):
    (mistake,) = mistakes
    return mistake


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("pol = '15m'", "syncd.toml:1: pol: is no key of this table; did you mean 'poll'?"),
        ("POLL = '15m'", "syncd.toml:1: POLL: is no key of this table; known here: database, timezone"),
        ("_build_sources = 1", "syncd.toml:1: _build_sources: is no key of this table"),
        (
            "[limits]\ncreates_per_pas = 1",
            "syncd.toml:2: limits.creates_per_pas: is no key of this table; did you mean 'creates_per_pass'?",
        ),
        ("[limits]\ncreates_per_pass = 0", "syncd.toml:2: limits.creates_per_pass: must be at least 1"),
        ("[limits]\ncreates_per_pass = 'x'", "syncd.toml:2: limits.creates_per_pass: must be a whole number"),
        ("[limits]\ncreates_per_pass = 1.5", "syncd.toml:2: limits.creates_per_pass: must be a whole number"),
        ("limits = 3", "syncd.toml:1: limits: must be a table"),
        ("poll = '0s'", "syncd.toml:1: poll: must be longer than nothing"),
        ("poll = 900", "syncd.toml:1: poll: is no duration; write a whole number and s, m, h or d in quotes"),
        ("timezone = 'Europe/Berln'", 'syncd.toml:1: timezone: is no known time zone; did you mean "Europe/Berlin"?'),
        ("timezone = 2026-01-01", "syncd.toml:1: timezone: is no known time zone"),
        ("database = 'postgresql://u:p@db/x'", "syncd.toml:1: database: holds a password"),
        ("[web]\nlisten = '0.0.0.0:80'", 'syncd.toml:1: web: others can reach this address; add token = "env:NAME"'),
        ("[web]", "syncd.toml:1: web.listen: is missing; add it"),
        ("[web]\nlisten = 'localhost:80'\ntoken = 'c4n4ry2'", f"syncd.toml:3: web.token: a secret {LITERAL}"),
        (
            "[web]\nlisten = 'localhost:80'\njira_secret = ['c4n4ry2']",
            f"syncd.toml:3: web.jira_secret[0]: a secret {LITERAL}",
        ),
    ],
)
def test_a_mistake_says_where_it_is_what_is_wrong_and_what_to_do(mistakes_of, text, mistake):
    assert one(mistakes_of(f"{text}\n{TEAM}")).startswith(mistake)


@pytest.mark.parametrize(
    ("keys", "mistake"),
    [
        ("write_back = 'perhaps'", "teams.payments.write_back: must be true or false"),
        ("start_date = 'soon'", "teams.payments.start_date: must be a day, such as 2026-01-31"),
        ("start_date = 2026-01-01T09:00:00", "teams.payments.start_date: must be a day, such as 2026-01-31"),
        ("holidays = 'Germany'", 'teams.payments.holidays: is no country; write a code such as "DE"'),
        ("document_status = 'pull'", "teams.payments.document_status: must be 'push' or 'report'"),
        ("timezone = 'Mars'", "teams.payments.timezone: is no known time zone"),
        ("status_words.don = 'Done'", "teams.payments.status_words.don: is no key of this table; did you mean 'done'?"),
        ("status_words.done = 'a | b'", "teams.payments.status_words.done: must be a word or two"),
        ("status_words.done = 'Hurray'", "teams.payments.status_words.done: would not be read as done again"),
        ("status_words.done = 'Open'", "teams.payments.status_words.done: would not be read as done again"),
        ("owners.A.email = 'a'", "teams.payments.owners.A.email: is no e-mail address"),
        ("owners.A.emial = 'a@b'", "teams.payments.owners.A.emial: is no key of this table; did you mean 'email'?"),
        ("owners.'A + B'.jira = 1", 'teams.payments.owners."A + B".jira: must be text'),
        ("owners.' A'.jira = 'x'", 'teams.payments.owners." A": must be 1 to 80 characters'),
        ("routes = [{ owner = 'A*' }]", "teams.payments.routes[0].tracker: is missing; add it"),
        ("routes = [{ owner = '', tracker = 'files' }]", "teams.payments.routes[0].owner: must not be empty"),
        (
            "routes = [{ tracker = 'file' }]",
            'teams.payments.routes[0].tracker: names no tracker of this team; did you mean "files"?',
        ),
        (
            "routes = [{ tracker = 'jira' }]",
            'teams.payments.routes[0].tracker: names no tracker of this team; this team has "files"',
        ),
        (
            "digests.channels = ['mail']",
            "teams.payments.digests.channels[0]: names no notifier of this team; this team has none",
        ),
        ("digests.channels = 'mail'", "teams.payments.digests.channels: must be a list"),
        ("digests.weekly = 'Monday'", "teams.payments.digests.weekly: is no moment of a week"),
        ("digests.review_after = '2 weeks'", "teams.payments.digests.review_after: is no duration"),
        ("digests.retro = 'every week'", "teams.payments.digests.retro: is no rule for a repeated meeting"),
        (
            "digests.retro = 'http://x/team.ics'",
            "teams.payments.digests.retro: is no address of a calendar file",
        ),
        (
            "digests.retro = 'FREQ=WEEKLY;INTERVAL=2'",
            "teams.payments.digests: a retro with an INTERVAL needs the day of one",
        ),
        (
            "notifiers.mail.kind = 'pager'",
            'teams.payments.notifiers.mail: kind = "pager" is not available in this version; available: apprise, slack',
        ),
        (
            "notifiers.mail.host = 'x'",
            "teams.payments.notifiers.mail: kind is missing; available: apprise, slack, smtp",
        ),
        ("notifiers.mail = 'x'", "teams.payments.notifiers.mail: must be a table"),
    ],
)
def test_a_mistake_of_a_team_names_the_team(mistakes_of, keys, mistake):
    text = TEAM.replace("[teams.payments]\n", f"[teams.payments]\n{keys}\n")
    assert one(mistakes_of(text)).startswith(f"syncd.toml:3: {mistake}")


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        (
            'kind = "folder"\npath = "docs"',
            'path = "docs"',
            "syncd.toml:4: teams.payments.sources[0]: kind is missing; available: folder",
        ),
        ('path = "docs"', "", "syncd.toml:4: teams.payments.sources[0].path: is missing; add it"),
        (
            'path = "docs"',
            "path = 5",
            'syncd.toml:6: teams.payments.sources[0].path: must be a path; write it in "quotes"',
        ),
        (
            'path = "docs"',
            'path = "docs"\npaht = "x"',
            "syncd.toml:7: teams.payments.sources[0].paht: is no key of this table; did you mean 'path'?",
        ),
        ('path = "docs"', 'path = "docs"\ninclude = ["../**"]', "syncd.toml:7: teams.payments.sources[0].include: "),
        (
            "[[teams.payments.sources]]",
            "[teams.payments.sources]",
            "syncd.toml:4: teams.payments.sources: must be a list",
        ),
        (
            'path = "tickets"',
            'path = "tickets"\nprefix = "t t"',
            "syncd.toml:11: teams.payments.trackers.files.prefix: must look like",
        ),
        ('path = "docs"', 'path = "tickets"', "syncd.toml:6: teams.payments.sources[0].path: is a folder of tickets"),
        (
            'path = "docs"',
            'path = "x/../tickets/old"',
            "syncd.toml:6: teams.payments.sources[0].path: is a folder of tickets",
        ),
    ],
)
def test_a_mistake_of_a_connector_names_its_place_and_line(mistakes_of, old, new, mistake):
    assert TEAM.count(old) == 1
    assert one(mistakes_of(TEAM.replace(old, new))).startswith(mistake)


@pytest.mark.parametrize("kind", ["git", "github", "confluence", "foldr"])
def test_a_kind_of_source_that_this_version_lacks_is_refused_with_those_it_has(mistakes_of, kind):
    mistake = one(mistakes_of(TEAM.replace('kind = "folder"\npath = "docs"', f'kind = "{kind}"\npath = "docs"')))
    assert mistake == f'syncd.toml:4: teams.payments.sources[0]: kind = "{kind}" {LACKING}; available: folder'


@pytest.mark.parametrize("kind", ["gitlab", "jria"])
def test_a_kind_of_tracker_that_this_version_lacks_is_refused_with_those_it_has(mistakes_of, kind):
    text = TEAM + f'[teams.payments.trackers.ops]\nkind = "{kind}"\nproject = "OPS"\ntoken = "env:TOKEN"\n'
    mistake = one(mistakes_of(text))
    assert (
        mistake
        == f'syncd.toml:11: teams.payments.trackers.ops: kind = "{kind}" {LACKING}; available: folder, github, jira'
    )


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ('project = "OPS"\n', "", "trackers.ops.project: is missing"),
        ('"https://', '"https://me:c4n4ry2@', "trackers.ops.url: must be the address of a Jira"),
        ('"env:JIRA_TOKEN"', '"c4n4ry2"', "trackers.ops.token: "),
        ('project = "OPS"', 'project = "ops"', "trackers.ops.project: "),
        (
            'project = "OPS"',
            'projekt = "OPS"',
            "trackers.ops.projekt: is no key of this table; did you mean 'project'?",
        ),
        ('user = "a@b.c"\n', "", "trackers.ops: user: Jira Cloud needs the e-mail address of the token's account"),
    ],
)
def test_mistakes_about_a_jira_name_their_place_and_no_secret(mistakes_of, old, new, mistake):
    assert JIRA.count(old) == 1
    found = mistakes_of(TEAM + JIRA.replace(old, new))
    assert any(mistake in words for words in found), found
    assert "c4n4ry2" not in "".join(found)


def test_there_must_be_a_team_and_it_must_have_something_to_do(mistakes_of):
    assert (
        one(mistakes_of("")) == "syncd.toml: teams: no team is configured; add [teams.NAME] with a source and a tracker"
    )
    assert mistakes_of("[teams.a]") == (
        "syncd.toml:1: teams.a.sources: there is no source; add [[teams.a.sources]] with kind and path",
        "syncd.toml:1: teams.a.trackers: there is no tracker; add [teams.a.trackers.NAME] with kind and path",
    )


def test_two_trackers_of_a_team_cannot_share_a_folder(mistakes_of):
    text = TEAM + '[teams.payments.trackers.old]\nkind = "folder"\npath = "./x/../tickets"\n'
    assert 'trackers.old.path: is where the tracker "files" keeps its tickets' in one(mistakes_of(text))


def test_the_tickets_of_another_team_are_no_documents_either(mistakes_of):
    text = TEAM + TEAM.replace("payments", "web").replace('"docs"', '"tickets/web"')
    assert "teams.web.sources[0].path: is a folder of tickets" in one(mistakes_of(text))


def test_tickets_may_lie_inside_a_source_and_teams_may_share_a_tracker(settings_of):
    text = TEAM.replace('"tickets"', '"docs/tickets"')
    assert [*settings_of(text + text.replace("payments", "web")).teams] == ["payments", "web"]


def test_all_mistakes_are_shown_together_in_the_order_of_the_file(mistakes_of):
    text = (
        'poll = "soon"\n'
        + TEAM.replace("[teams.payments]\n", '[teams.payments]\nstart_date = "soon"\nroutes = [{ tracker = "file" }]\n')
        + '[teams.payments.trackers.ops]\nkind = "jira"\n'
        + '[teams.payments.digests]\nchannels = [\n  "mail",\n]\n'
        + "[teams.web]\n"
    )
    places = [
        mistake.split(": ")[:2] for mistake in mistakes_of(text, SYNCD_LIMITS__QUARANTINE="4x", SYNCD_LIMIT__X="1")
    ]
    assert places == [
        [
            "SYNCD_LIMITS__QUARANTINE",
            'is no duration; write a whole number and s, m, h or d in quotes, such as "15m" or "14d"',
        ],
        ["syncd.toml:1", "poll"],
        ["syncd.toml:4", "teams.payments.start_date"],
        ["syncd.toml:5", "teams.payments.routes[0].tracker"],
        ["syncd.toml:14", "teams.payments.trackers.ops.url"],
        ["syncd.toml:14", "teams.payments.trackers.ops.token"],
        ["syncd.toml:14", "teams.payments.trackers.ops.project"],
        ["syncd.toml:17", "teams.payments.digests.channels[0]"],
        ["syncd.toml:20", "teams.web.sources"],
        ["syncd.toml:20", "teams.web.trackers"],
        ["SYNCD_LIMIT__X", "sets nothing; did you mean SYNCD_LIMITS?"],
    ]


# --- variables ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variable", "value", "mistake"),
    [
        ("SYNCD_POLL", "often", "SYNCD_POLL: is no duration"),
        (
            "SYNCD_LIMITS__CREATES_PER_PAS",
            "1",
            "SYNCD_LIMITS__CREATES_PER_PAS: is no key of this table; did you mean 'creates_per_pass'?",
        ),
        ("SYNCD_LIMITS", "{", "SYNCD_LIMITS: must be a table"),
        ("SYNCD_TEAMS__PAYMENTS__WRITE_BACK", "perhaps", "SYNCD_TEAMS__PAYMENTS__WRITE_BACK: must be true or false"),
        (
            "SYNCD_TEAMS__PAYMENTS__SOURCES__0__PATH",
            "tickets",
            "SYNCD_TEAMS__PAYMENTS__SOURCES__0__PATH: is a folder of tickets",
        ),
        (
            "SYNCD_TEAMS__PAYMENTS__SOURCES__0__INCLUDE",
            "*.md",
            "SYNCD_TEAMS__PAYMENTS__SOURCES__0__INCLUDE: must be a list",
        ),
        ("SYNCD_TIMEZON", "UTC", "SYNCD_TIMEZON: sets nothing; did you mean SYNCD_TIMEZONE?"),
        ("SYNCD_NONSENSE__X", "1", "SYNCD_NONSENSE__X: sets nothing; known are database, timezone"),
    ],
)
def test_a_mistake_in_a_variable_names_the_variable(mistakes_of, variable, value, mistake):
    assert one(mistakes_of(TEAM, **{variable: value})).startswith(mistake)


# --- TOML -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("poll = 15m\n", "syncd.toml:1: this is not TOML: "),
        ("\npoll = often\n", 'syncd.toml:2: this is not TOML: Invalid value; text stands in quotes: key = "text"'),
        ("poll = '15m'\npoll = '15m'\n", "syncd.toml:2: this is not TOML: Cannot overwrite a value"),
        ("[teams.a\n", "syncd.toml:1: this is not TOML: "),
        ('poll = """15m\n\n', "syncd.toml:3: this is not TOML: "),
        ("x = " + "[" * 100_000, "syncd.toml: lists or tables are nested too deeply"),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(text, message):
    with pytest.raises(SettingsError) as raised:
        from_text(text, file=FILE, name="syncd.toml", environment={})
    assert str(raised.value).startswith(message)


# --- secrets and odd texts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "token = '{0}'",
        "poll = '{0}'",
        "database = '{0}'",
        "timezone = '{0}'",
        "teams.payments.holidays = '{0}'",
        "teams.payments.digests.retro = '{0}'",
        "teams.payments.digests.weekly = '{0}'",
        "teams.payments.digests.channels = ['{0}']",
        "teams.payments.routes = [{{ tracker = '{0}' }}]",
        "teams.payments.owners.A.email = '{0}'",
        "teams.payments.notifiers.a = {{ kind = 'smtp', password = '{0}' }}",
        "teams.payments.notifiers.a = {{ password = '{0}' }}",
        "teams.payments.trackers.a = {{ kind = 'jira', token = '{0}' }}",
        "teams.payments.trackers.a = {{ kind = 'folder', path = ['{0}'] }}",
        "teams.payments.trackers.a = {{ kind = 'folder', path = 't', prefix = '{0}' }}",
        "web = {{ listen = '{0}' }}",
        "web = {{ listen = '127.0.0.1:1', token = '{0}' }}",
        "web = {{ listen = '127.0.0.1:1', token = {{ x = '{0}' }} }}",
        "web = {{ listen = '127.0.0.1:1', github_secret = ['env:X', '{0}'] }}",
        "limits = '{0}'",
        "poll = {0}",
    ],
)
def test_no_message_and_no_log_repeats_a_secret_that_was_written_out(line, caplog):
    secret = canary("written-out")
    with caplog.at_level(logging.DEBUG), pytest.raises(SettingsError) as raised:
        from_text(f"{line.format(secret)}\n{TEAM}", file=FILE, name="syncd.toml", environment={})
    assert secret not in str(raised.value)
    assert secret not in caplog.text
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None or raised.value.__suppress_context__


@pytest.mark.parametrize(
    ("path", "mistake"),
    [
        ("https://syncd:c4n4ry2@example.com/docs", LITERAL),
        ("ghp_" + "a" * 36, LITERAL),
        ("docs\n", "holds a line break or another control character"),
        ("docs\0", "holds a line break or another control character"),
        ("docs\u2028", "holds a line break or another control character"),
        ("\x1b[2J", "holds a line break or another control character"),
    ],
)
def test_a_secret_or_a_control_character_is_refused_wherever_it_stands(mistakes_of, path, mistake):
    message = one(mistakes_of(TEAM.replace('"docs"', quoted(path))))
    assert message.startswith("syncd.toml:6: teams.payments.sources[0].path: ")
    assert mistake in message
    assert path not in message


_KEYS = ("kind", "path", "sources", "trackers", "routes", "digests", "channels", "tracker", "owners", "folder")
_ANYTHING = st.recursive(
    st.text(max_size=8) | st.integers() | st.sampled_from(_KEYS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(_KEYS), _ANYTHING, max_size=4))
def test_whatever_a_team_looks_like_every_mistake_has_its_line(team):
    with pytest.raises(SettingsError) as raised:
        from_text(f"\nteams = {_inline({'a': team})}\npol = 1", file=FILE, name="syncd.toml", environment={})
    *others, last = raised.value.mistakes
    assert all(mistake.startswith("syncd.toml:2: teams.a") for mistake in others)
    assert last.startswith("syncd.toml:3: pol: ")


def _inline(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(key)} = {_inline(child)}" for key, child in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return quoted(value) if isinstance(value, str) else str(value)
