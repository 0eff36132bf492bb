"""The site on a real port: served, moved, stopped."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from syncd.errors import LedgerError, SettingsError
from syncd.settings.values import Address
from syncd.store.ledger import Ledger
from syncd.web.front import Front
from syncd.web.given import Pulse
from syncd.web.serving import AT_ONCE, start
from tests.web.samples import some_late
from tests.web.test_webhooks import BODY, SECRET, SIGNATURE
from tests.web.world import NOW, WEB, World, row, team

ANY = Address("127.0.0.1", 0)


@pytest.fixture
def served():
    """A site on a port that was free."""
    running = []

    def serve(world, **options):
        running.append(start(ANY, world.site(), **options))
        return f"http://{running[-1].address}"

    yield serve
    for each in running:
        each.stop()


def test_pages_come_over_the_wire(served):
    address = served(some_late())
    answer = httpx.get(f"{address}/")
    assert answer.status_code == 200
    assert "3 overdue, 2 need a person, 7 open" in answer.text
    assert "server" not in answer.headers
    assert httpx.get(f"{address}/site.css").headers["content-type"] == "text/css; charset=utf-8"
    assert httpx.get(f"{address}/healthz").text == "ok: The loop went on 0 s ago.\n"
    assert httpx.post(address).status_code == 405


POST = b"POST /webhooks/github HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\n"


@pytest.mark.parametrize("begun", [b"GET / HTTP/1.1\r\nx: ", POST])
def test_who_drips_a_request_is_hung_up_on(served, begun):
    address = httpx.URL(served(some_late(), patience=1.0))
    with socket.create_connection((address.host, address.port), timeout=0.1) as drip:
        drip.sendall(begun)
        for _ in range(200):
            drip.sendall(b"y")
            if hung_up(drip):
                break
        else:
            pytest.fail("it waited to the end")


def test_connections_that_ask_nothing_do_not_keep_others_out_for_long(served):
    address = httpx.URL(served(some_late(), patience=1.0))
    idle = [socket.create_connection((address.host, address.port), timeout=20) for _ in range(AT_ONCE)]
    assert all(hung_up(each) for each in idle)
    assert httpx.get(f"{address}/healthz").status_code == 200
    for each in idle:
        each.close()


def hung_up(connection):
    try:
        return connection.recv(1000) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True


def test_many_readers_and_webhooks_at_once_are_answered(served):
    world = some_late()
    world.configure(world.text.replace(WEB, WEB + 'github_secret = "env:S"\n'))
    world.environment["S"] = SECRET
    address = served(world)

    def read(number):
        if number % 2:
            return httpx.get(f"{address}/status.json").json()["restricted"]
        headers = {"x-hub-signature-256": SIGNATURE, "x-github-delivery": str(number)}
        return httpx.post(f"{address}/webhooks/github", content=BODY, headers=headers).status_code

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(read, range(40)))
    assert set(answers[1::2]) == {0}
    assert sorted(answers[::2]) == [200] * 19 + [202]


def test_a_port_that_is_taken_is_told_in_words(served):
    address = httpx.URL(served(World()))
    with pytest.raises(
        SettingsError, match=r"Nothing can listen on 127\.0\.0\.1:\d+: Address already in use.*`listen`"
    ):
        start(Address("127.0.0.1", address.port), World().site())


@pytest.mark.parametrize("host", ["no-such-host.invalid", "203.0.113.7"])
def test_an_address_that_is_not_ours_is_told_in_words(host):
    with pytest.raises(SettingsError, match="Nothing can listen on"):
        start(Address(host, 8080), World().site())


def test_after_it_was_stopped_nobody_answers(served):
    running = start(ANY, World().site())
    running.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://{running.address}/")


# --- the front of a daemon


@pytest.fixture
def house(tmp_path):
    """A world whose ledger is a file, and its front."""
    database = f'database = "sqlite:///{tmp_path}/a.db"\n'
    world = World(database + listening(free_port()) + team("payments"))
    front = Front(
        settings=lambda: world.settings,
        clock=world.clock,
        environment=world.environment,
        pulse=lambda: Pulse(NOW, NOW),
        hint=world.hint,
    )
    yield world, front
    front.stop()


def listening(port):
    return WEB.replace("8080", str(port))


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


def test_it_is_served_where_the_settings_say_and_shows_the_ledger(house, tmp_path):
    world, front = house
    front.keep()
    with Ledger.open(f"sqlite:///{tmp_path}/a.db") as world.ledger:
        world.postmortem("a", row(1, "Add an alert", late=2))
    assert "Add an alert" in httpx.get(f"http://{front.address}/").text
    before = front.address
    front.keep()
    assert front.address is before


def test_it_moves_when_its_address_changes_and_ends_when_its_table_goes(house):
    world, front = house
    front.keep()
    old, port = front.address, free_port()
    world.configure(world.text.replace(str(old.port), str(port)))
    front.keep()
    assert front.address.port == port
    assert httpx.get(f"http://{front.address}/healthz").status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://{old}/healthz")
    world.configure(team("payments"))
    front.keep()
    assert front.address is None


def test_it_changes_its_ledger_on_the_same_address(house, tmp_path):
    world, front = house
    front.keep()
    world.configure(world.text.replace("a.db", "b.db"))
    with Ledger.open(f"sqlite:///{tmp_path}/b.db") as world.ledger:
        world.postmortem("a", row(1, "In the other ledger", late=2))
    front.keep()
    assert "In the other ledger" in httpx.get(f"http://{front.address}/").text


def test_where_it_cannot_move_it_stays(house):
    world, front = house
    front.keep()
    old = front.address
    with socket.create_server(("127.0.0.1", 0)) as taken:
        world.configure(world.text.replace(str(old.port), str(taken.getsockname()[1])))
        with pytest.raises(SettingsError, match="Nothing can listen"):
            front.keep()
    assert httpx.get(f"http://{old}/healthz").status_code == 200


def test_a_ledger_that_cannot_be_opened_is_tried_again(house, tmp_path):
    _, front = house
    (tmp_path / "a.db").mkdir()
    with pytest.raises(LedgerError):
        front.keep()
    (tmp_path / "a.db").rmdir()
    front.keep()
    assert httpx.get(f"http://{front.address}/healthz").status_code == 200
