"""The worlds that are looked at: those that a team meets, and the hard ones."""

from __future__ import annotations

from datetime import date, timedelta

from syncd.core.model import Presence, State
from tests.core.remembering import moment, moved, redated
from tests.web.world import TODAY, WEB, World, blocked, linked, row, team

OWNERS = ("Platform Team", "Payments Core", "Frontend", "SRE on call", "Data Platform")


def fresh() -> World:
    """Just installed: no pass, no document."""
    return World()


def all_well() -> World:
    world = World()
    world.postmortem(
        "checkout",
        row(1, "Add an alert on connection-pool use above 75 %", due=TODAY + timedelta(days=3)),
        row(2, "Freeze deploys 48 hours around peak events", due=TODAY + timedelta(days=12), owner="Eng Leadership"),
        row(3, "Write the runbook for failover", state=State.DONE),
        title="Checkout outage, cache stampede",
        severity="SEV-1",
        incident_date=date(2026, 11, 2),
        postmortem_date=date(2026, 11, 9),
    )
    world.happened(moved("00000003", State.OPEN, State.DONE, moment(11, 18)))
    world.passed()
    return world


def some_late() -> World:
    """The usual week of three teams."""
    world = World(WEB + team("payments") + team("search") + team("identity"))
    world.postmortem(
        "checkout",
        row(1, "Alert on queue depth above 10,000", late=12, state=State.IN_PROGRESS),
        row(2, "Write the runbook for failover", due=TODAY + timedelta(days=3), owner="Payments Core"),
        row(3, "Limit retries of the payment client", state=State.DONE, owner="Payments Core"),
        blocked(4, "Rotate the signing keys", "the same text stands in line 23; say which is which with `syncd link`"),
        row(5, "Move batch jobs to the new queue", state=State.CANCELLED, owner="Payments Core"),
        title="Checkout outage, cache stampede",
        severity="SEV-1",
        incident_date=date(2026, 11, 2),
        postmortem_date=date(2026, 11, 9),
    )
    world.postmortem(
        "index",
        row(6, "Shard the product index", late=3, owner="Search"),
        row(7, "Page on replication lag", late=1, owner=None),
        linked(row(8, "Rehearse the restore of a node", due=TODAY + timedelta(days=20)), presence=Presence.DELETED),
        of="search",
        title="Slow search for 40 minutes",
        severity="SEV-2",
        incident_date=date(2026, 10, 6),
        postmortem_date=date(2026, 10, 9),
    )
    world.postmortem(
        "login",
        row(9, "Cache the key set for an hour", state=State.DONE, owner="Identity"),
        row(10, "Two regions for the session store", due=TODAY + timedelta(days=40), owner="Identity"),
        of="identity",
        title="Login outage",
        severity="SEV-2",
        incident_date=date(2026, 9, 14),
        postmortem_date=date(2026, 9, 18),
    )
    world.happened(
        redated("00000001", date(2026, 10, 23), date(2026, 11, 3), moment(10, 23)),
        redated("00000001", date(2026, 11, 3), TODAY - timedelta(days=12), moment(11, 3)),
        moved("00000003", State.OPEN, State.DONE, moment(11, 17)),
        moved("00000005", State.OPEN, State.CANCELLED, moment(11, 19)),
        moved("00000009", State.OPEN, State.DONE, moment(10, 20)),
    )
    world.passed(of="payments")
    world.passed(of="search")
    world.passed(of="identity")
    return world


def many_overdue() -> World:
    world = World()
    number = 1
    for n in range(9):
        rows = []
        for k in range(8):
            late = 90 - 9 * n - k if k < 5 else None
            due = None if late else TODAY + timedelta(days=7 * k)
            owner = OWNERS[(n + k) % len(OWNERS)]
            rows.append(row(number, f"Add an alert for queue {n}.{k}, and page on it", late=late, due=due, owner=owner))
            number += 1
        day = TODAY - timedelta(days=20 + 9 * n)
        world.postmortem(f"outage-{n}", *rows, title=f"Outage of region {n}", severity="SEV-2", incident_date=day)
    world.passed(of="payments")
    return world


def braked() -> World:
    world = some_late()
    world.passed(of="payments", outcome="brake", brake="payments, payments: 9 of 31 tracked items would lose their row")
    world.unknown_create(world.ledger.all_documents()[0], "00000004")
    return world


def stale() -> World:
    world = some_late()
    world.clock.advance(timedelta(hours=3))
    return world


def restricted() -> World:
    world = some_late()
    world.postmortem(
        "secret", row(40, "Close the hole in the login", late=9), row(41, "Tell the regulator"), restricted=True
    )
    return world


def long_titles() -> World:
    world = World()
    world.postmortem(
        "long",
        row(1, "Make sure that " + "the failover of the payment service " * 12 + "works", late=40),
        row(2, "A" * 300, late=30, owner="Team " + "of many words " * 10),
        blocked(3, "Short", "it " + "cannot be found in any of the many places " * 12),
        title="An outage with " + "a title that goes on and on " * 12,
        incident_date=date(2026, 11, 2),
    )
    world.passed()
    return world


def scripts() -> World:
    world = World()
    world.postmortem(
        "scripts",
        row(1, "إضافة تنبيه عند امتلاء قائمة الانتظار (SEV-1)", owner="فريق المنصة", late=12),
        row(2, "לעדכן את מדריך התפעול עבור PAY-7", owner="צוות תשלומים", late=5),
        row(
            3, "キューの深さにアラートを追加し、しきい値を文書化して当番全員に知らせる", owner="決済基盤チーム", late=3
        ),
        row(4, "为支付队列添加告警，并在值班手册中说明如何处理积压的消息和重试", owner="支付平台组", late=2),
        row(5, "Añadir una alerta 🚨 für größere Rückstände", owner="Équipe paiement", late=1),
        title="انقطاع الدفع",
        severity="SEV-1",
        incident_date=date(2026, 11, 2),
    )
    world.passed()
    return world


SAMPLES = {
    "fresh": fresh,
    "all-well": all_well,
    "some-late": some_late,
    "many-overdue": many_overdue,
    "braked": braked,
    "stale": stale,
    "restricted": restricted,
    "long-titles": long_titles,
    "scripts": scripts,
}
