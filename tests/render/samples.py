"""The digests that are looked at: one of each kind that a team meets, and the hard ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from syncd.core.digest import (
    AgendaPoint,
    Bar,
    Digest,
    DigestKind,
    Entry,
    Numbers,
    PostmortemFacts,
    Refused,
    Section,
    Week,
)
from syncd.core.model import State
from syncd.core.notice import notice
from syncd.render import Rendering

MONDAY = date(2026, 11, 23)
SETTINGS = Rendering(
    key="payments weekly 2026-W48 mail payments@example.com",
    sent=datetime(2026, 11, 23, 14, 0, tzinfo=UTC),
    zone=ZoneInfo("America/New_York"),
    sender="syncd@example.com",
    page_url="https://syncd.example.com/payments",
)


def entry(action="Alert on queue depth", *, owner="Platform Team", late=0, due=None, number=118, **other):
    """An item that is `late` days late, or due on `due`."""
    day = MONDAY - timedelta(days=late) if late else due
    known = {
        "item": f"it{number}",
        "action": action,
        "state": State.OPEN,
        "owner": owner,
        "due": day,
        "days_late": late,
        "age": late + 14,
        "slips": 0,
        "ticket": f"PAY-{number}",
        "url": f"https://example.atlassian.net/browse/PAY-{number}",
        "postmortem": "Checkout outage of 2 November",
        "path": "docs/2026-11-02-checkout.md",
        "line": 42,
        "document_url": "https://wiki.example.com/2026-11-02-checkout",
    }
    return Entry(**{**known, **other})


def section(key, title, *entries, more=0):
    return Section(key, title, tuple(entries), more)


def numbers(**counts):
    zero = dict.fromkeys(("open", "overdue", "due_this_week", "closed", "unowned", "undated", "disputed"), 0)
    return Numbers(**{**zero, **counts})


TREND = tuple(
    Week(f"W{41 + index}", opened, closed, left)
    for index, (opened, closed, left) in enumerate(
        [(6, 1, 14), (2, 3, 13), (0, 1, 12), (5, 2, 15), (1, 4, 12), (0, 0, 12), (3, 4, 11), (4, 3, 12)]
    )
)
AGES = (Bar("0–14 days", 4), Bar("15–30 days", 5), Bar("31–60 days", 2), Bar("over 60 days", 1))
MIX = (Bar("Prevent", 6), Bar("Detect", 3), Bar("Mitigate", 2), Bar("Process", 0), Bar("other", 1))
CHECKOUT = PostmortemFacts(
    title="Checkout outage of 2 November",
    path="docs/2026-11-02-checkout.md",
    url="https://wiki.example.com/2026-11-02-checkout",
    severity="SEV-1",
    incident_date=date(2026, 11, 2),
    postmortem_date=date(2026, 11, 9),
    review_date=MONDAY,
)
AGENDA = (
    AgendaPoint("What was done", 5, ("Does it hold? Has anybody tried it?",)),
    AgendaPoint(
        "What is late or without a date",
        15,
        (
            "Is it still the right thing to do?",
            "What stands in its way, and who can move that?",
            "Which day is honest?",
        ),
    ),
    AgendaPoint("What we would add today", 10, ("What have we learned since?",)),
)


def weekly(*sections, subject, preheader, **other):
    return Digest(
        **{
            "kind": DigestKind.WEEKLY,
            "team": "Payments",
            "period": "2026-W48",
            "day": MONDAY,
            "subject": f"[Payments] {subject} (wk 48)",
            "preheader": preheader,
            "numbers": numbers(open=12),
            "sections": sections,
            "trend": TREND,
            "ages": AGES,
            "mix": MIX,
            **other,
        }
    )


ALL_WELL = weekly(
    subject="All 12 action items on track",
    preheader="Nothing is late, nothing waits for a decision.",
    numbers=numbers(open=12, closed=3),
)
NONE = weekly(
    subject="No open action items",
    preheader="No action item is open.",
    numbers=numbers(),
    trend=(),
    ages=(),
    mix=(),
)
ONE_OVERDUE = weekly(
    section("overdue", "Overdue", entry(late=12, slips=2, state=State.IN_PROGRESS)),
    section("due", "Due this week", entry("Write the runbook for failover", due=date(2026, 11, 26), number=121)),
    section(
        "disputed",
        "Document and ticket disagree",
        entry(
            "Rotate the signing keys",
            owner="Security",
            due=date(2026, 12, 4),
            number=97,
            note="The document says done, the ticket was reopened. Please set one of them right.",
        ),
    ),
    section(
        "closed",
        "Closed since last week",
        entry("Limit retries of the payment client", owner="Payments Core", state=State.DONE, number=101),
        entry("Move batch jobs to the new queue", owner="Payments Core", state=State.CANCELLED, number=102),
    ),
    subject="1 overdue, 1 due this week, 12 open",
    preheader="Alert on queue depth (Platform Team) is 12 days late.",
    numbers=numbers(open=12, overdue=1, due_this_week=1, closed=2, disputed=1),
    postmortems=(CHECKOUT,),
)
OWNERS = ("Platform Team", "Payments Core", "Frontend", "SRE on call", "Data Platform")
SIXTY = weekly(
    section(
        "overdue",
        "Overdue",
        *(entry(f"Add an alert for queue {n}", owner=OWNERS[n % 5], late=90 - n, number=200 + n) for n in range(20)),
        more=5,
    ),
    section(
        "due",
        "Due this week",
        *(entry(f"Test failover of region {n}", owner=OWNERS[n % 3], due=MONDAY, number=300 + n) for n in range(15)),
    ),
    section(
        "open",
        "Open",
        *(
            entry(f"Remove the fallback {n}", owner=OWNERS[n % 4], due=date(2027, 1, 15), number=400 + n)
            for n in range(20)
        ),
        more=5,
    ),
    subject="25 overdue, 15 due this week, 65 open",
    preheader="Add an alert for queue 0 (Platform Team) is 90 days late.",
    numbers=numbers(open=65, overdue=25, due_this_week=15),
)
UNOWNED = weekly(
    section("unowned", "Without an owner", entry("Decide who runs the cache", owner=None, due=date(2026, 12, 9))),
    section("undated", "Without a due date", entry("Document the on-call hand-over", due=None, number=119)),
    section(
        "overdue",
        "Overdue",
        entry("Page on certificate expiry", owner=None, late=3, ticket=None, url=None, document_url=None),
    ),
    subject="1 overdue, 12 open, 1 without owner",
    preheader="Page on certificate expiry has no owner and is 3 days late.",
    numbers=numbers(open=12, overdue=1, unowned=2, undated=1),
)
RESTRICTED = weekly(
    subject="4 open in restricted postmortems",
    preheader="4 open items belong to restricted postmortems.",
    restricted=4,
    drafts=("Login outage of 7 October",),
)
LATE = replace(ONE_OVERDUE, remarks=("This digest was due on Mon 23 Nov 2026, 09:00; syncd was not running then.",))
LONG = weekly(
    section(
        "overdue",
        "Overdue",
        entry("Make sure that " + "the failover of the payment service " * 12 + "works", late=40),
        entry("A" * 300, owner="Team " + "of many words " * 10, late=30, note="It " + "cannot be found " * 30),
    ),
    subject="2 overdue, 12 open",
    preheader="Make sure that " + "the failover of the payment service " * 12,
    numbers=numbers(open=12, overdue=2),
)
SCRIPTS = weekly(
    section(
        "overdue",
        "Overdue",
        entry("إضافة تنبيه عند امتلاء قائمة الانتظار (SEV-1)", owner="فريق المنصة", late=12),
        entry("לעדכן את מדריך התפעול עבור PAY-7", owner="צוות תשלומים", late=5, number=119),
        entry("キューの深さにアラートを追加し、しきい値を文書化して当番全員に知らせる", owner="決済基盤チーム", late=3),
        entry("为支付队列添加告警，并在值班手册中说明如何处理积压的消息和重试", owner="支付平台组", late=2, number=121),
        entry("Añadir una alerta 🚨 für größere Rückstände", owner="Équipe paiement", late=1, number=122),
    ),
    team="Zahlungen 決済",
    subject="5 overdue, 12 open",
    preheader="إضافة تنبيه (فريق المنصة) is 12 days late.",
    numbers=numbers(open=12, overdue=5),
)
REVIEW = Digest(
    kind=DigestKind.REVIEW,
    team="Payments",
    period="review:1f0c2a9b",
    day=MONDAY,
    subject="[Payments] Review of Checkout outage of 2 November: 3 open, 1 overdue",
    preheader="Alert on queue depth (Platform Team) is 12 days late.",
    numbers=numbers(open=3, overdue=1, due_this_week=1, closed=1),
    sections=(
        section("overdue", "Overdue", entry(late=12, slips=1)),
        section("open", "Open", entry("Write the runbook for failover", due=date(2026, 11, 26), number=121)),
        section(
            "closed",
            "Closed",
            entry("Limit retries", state=State.DONE, number=101, note="Closed without evidence: no test, no link."),
        ),
    ),
    postmortems=(CHECKOUT,),
    agenda=AGENDA,
    meeting=datetime(2026, 11, 24, 15, 0, tzinfo=UTC),
    remarks=("The day of this review is 14 days after the postmortem; the document names none.",),
)
RETRO = Digest(
    kind=DigestKind.RETRO,
    team="Payments",
    period="retro:2026-12-03",
    day=date(2026, 12, 3),
    subject="[Payments] Retro check-in: 1 moved, 1 stuck",
    preheader="1 item moved since the review, 1 is stuck.",
    numbers=numbers(open=2, overdue=1, closed=1),
    sections=(
        section("moved", "Moved since the review", entry("Limit retries", state=State.DONE, number=101)),
        section("stuck", "Stuck", entry(late=22, slips=3, note="Nothing has happened to it in 21 days.")),
    ),
    postmortems=(CHECKOUT,),
    agenda=AGENDA[1:2],
)
NOTICE = notice(
    Refused(
        message="1f0c2a9b",
        what="weekly digest 2026-W48 and 1 more",
        channel="chat",
        recipient="slack",
        reason="Slack does not take the message: the channel is archived. Choose another one, or bring it back.",
    ),
    team="Payments",
    day=MONDAY,
)
SAMPLES = {
    "all-well": ALL_WELL,
    "none": NONE,
    "one-overdue": ONE_OVERDUE,
    "sixty": SIXTY,
    "unowned": UNOWNED,
    "restricted": RESTRICTED,
    "late": LATE,
    "long-titles": LONG,
    "scripts": SCRIPTS,
    "review": REVIEW,
    "retro": RETRO,
    "notice": NOTICE,
}
