"""How soon a daemon answers many signed webhooks that come at once, beside as many requests of `/healthz`.

usage: python -m tests.bench.flood [--at-once N]
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from statistics import median

import httpx

from tests.daemon.month import free_port

SECRET = "of the webhooks"
SETTINGS = """
[web]
listen = "127.0.0.1:{port}"
github_secret = "env:HOOK"

[[teams.core.sources]]
kind = "folder"
path = "docs"

[teams.core.trackers.files]
kind = "folder"
path = "tickets"
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--at-once", type=int, default=50)
    at_once = parser.parse_args().at_once
    with tempfile.TemporaryDirectory(prefix="syncd-bench-") as folder:
        port = free_port()
        (Path(folder) / "docs").mkdir()
        (Path(folder) / "syncd.toml").write_text(SETTINGS.format(port=port))
        command = [str(Path(sys.executable).with_name("syncd")), "run", "--log", "json"]
        with (Path(folder) / "log").open("wb") as log:
            daemon = subprocess.Popen(command, cwd=folder, stderr=log, env={**os.environ, "HOOK": SECRET})
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                until_up(client)
                show("webhooks", at_once, lambda n: posted(client, n))
                show("/healthz", at_once, lambda n: client.get("/healthz").status_code == 200)
        finally:
            daemon.terminate()
            daemon.wait(60)


def until_up(client: httpx.Client) -> None:
    """Until the site answers."""
    for _ in range(600):
        with suppress(httpx.TransportError):
            client.get("/healthz")
            return
        time.sleep(0.1)
    raise SystemExit("the daemon shows nothing")


def posted(client: httpx.Client, number: int) -> bool:
    """Whether a webhook was taken."""
    body = json.dumps({"repository": {"full_name": "acme/web"}, "number": number}).encode()
    signature = f"sha256={hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}"
    headers = {"x-hub-signature-256": signature, "x-github-delivery": str(number), "x-github-event": "issues"}
    return client.post("/webhooks/github", content=body, headers=headers).status_code == 202


def show(what: str, at_once: int, ask: Callable[[int], bool]) -> None:
    """One line."""

    def timed(number: int) -> float:
        begun = time.perf_counter()
        assert ask(number), f"request {number} was turned away"
        return time.perf_counter() - begun

    with ThreadPoolExecutor(at_once) as threads:
        took = sorted(threads.map(timed, range(at_once)))
    print(f"{at_once} {what} at once: median {median(took):.2f} s, worst {took[-1]:.2f} s", flush=True)


if __name__ == "__main__":
    main()
