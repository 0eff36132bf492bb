"""Where what is deployed lies, and what is written there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.web.samples import braked

CHECKOUT = Path(__file__).parent.parent.parent
DEPLOY = CHECKOUT / "deploy"


def units() -> list[Path]:
    """The units of systemd."""
    return sorted([*(DEPLOY / "systemd").glob("*.service"), *(DEPLOY / "systemd").glob("*.timer")])


def manifests(name: str) -> dict[str, dict[str, Any]]:
    """The objects of a file for Kubernetes, by kind and name."""
    objects = yaml.safe_load_all((DEPLOY / "kubernetes" / name).read_text())
    return {f"{one['kind']}/{one['metadata']['name']}": one for one in objects}


def compose() -> dict[str, Any]:
    """The services, as Docker Compose reads them."""
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def rules() -> list[dict[str, Any]]:
    """The alerts."""
    (group,) = yaml.safe_load((DEPLOY / "prometheus/syncd.rules.yml").read_text())["groups"]
    return group["rules"]


def dashboard() -> dict[str, Any]:
    """What Grafana imports."""
    return json.loads((DEPLOY / "grafana/syncd.json").read_text())


def expressions() -> list[str]:
    """Everything that the dashboard asks Prometheus."""
    return list(_asked(dashboard()))


def _asked(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "expr")
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _asked(child)


def metrics() -> str:
    """What /metrics tells of a ledger in which there is some of everything."""
    return braked().client().get("/metrics").text
