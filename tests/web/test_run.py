"""``syncd run`` with its site: a page, probes, and a webhook that makes it look hours before its time."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import subprocess
from datetime import UTC, datetime

import httpx
import pytest

from tests.canary import canary
from tests.cli.command import SCRIPT, clean_environment
from tests.cli.test_run import PATIENCE, wait_for
from tests.cli.test_services import a_desk
from tests.emulators.places import Place
from tests.web.reader import read

SECRET = canary("secret of the webhooks")


@pytest.fixture
def desk(tmp_path):
    """One team on Jira whose first pass a person let through; polled every four hours, with a site."""
    for made in a_desk(tmp_path, Place("datacenter", lambda: datetime.now(UTC))):
        with socket.create_server(("127.0.0.1", 0)) as found:
            port = found.getsockname()[1]
        settings = tmp_path / "syncd.toml"
        site = f'poll = "4h"\n[web]\nlisten = "127.0.0.1:{port}"\njira_secret = "env:HOOK"\n'
        settings.write_text(site + settings.read_text(encoding="utf-8"), encoding="utf-8")
        assert made.syncd("reconcile").code == 0
        yield made, f"http://127.0.0.1:{port}"


@pytest.fixture
def daemon(desk):
    made, _ = desk
    environment = clean_environment(TOKEN=made.place.emulator.token, HOOK=SECRET)
    with (made.folder / "log").open("wb") as log:
        process = subprocess.Popen([SCRIPT, "run", "--log", "json"], cwd=made.folder, env=environment, stderr=log)
    yield process
    process.kill()
    process.wait()


def answered(address):
    try:
        return httpx.get(address)
    except httpx.TransportError:
        return None


def posted(address, payload, delivery):
    body = json.dumps(payload).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"x-hub-signature": f"sha256={signature}", "x-atlassian-webhook-identifier": delivery}
    return httpx.post(f"{address}/webhooks/jira", content=body, headers=headers).status_code


def test_a_webhook_makes_the_daemon_look_and_the_page_shows_it(desk, daemon):
    made, address = desk
    wait_for(lambda: answered(address))

    def passes():
        return httpx.get(f"{address}/metrics").text.partition('syncd_passes_total{outcome="ok"} ')[2].split("\n")[0]

    wait_for(lambda: passes() == "2.0")
    assert httpx.get(f"{address}/readyz").status_code == httpx.get(f"{address}/healthz").status_code == 200
    assert made.syncd("health").code == 0
    before = httpx.get(f"{address}/status.json").json()
    assert [team["open"] for team in before["teams"]] == [2]

    made.place.close("Freeze deploys around peak events")
    assert posted(address, {"issue": {"key": "OPS-2"}}, "d1") == 202
    wait_for(lambda: "| Done |" in made.text())
    wait_for(lambda: httpx.get(f"{address}/status.json").json()["teams"][0]["open"] == 1)
    assert "1 open" in read(httpx.get(address)).text
    assert posted(address, {"issue": {"key": "OPS-2"}}, "d1") == 200, "a repetition"

    daemon.terminate()
    assert daemon.wait(PATIENCE) == 0
    assert answered(address) is None
    log = (made.folder / "log").read_text(encoding="utf-8")
    assert all(json.loads(line)["event"] for line in log.splitlines())
    assert SECRET not in log


def test_a_port_that_is_taken_ends_it_at_once_in_words(desk):
    made, address = desk
    with socket.create_server(("127.0.0.1", httpx.URL(address).port)):
        said = made.syncd("run", HOOK=SECRET)
    assert said.code == 2
    assert "Nothing can listen on" in said.err
    assert "Traceback" not in said.err
