from __future__ import annotations

import re
from pathlib import Path

import pytest

from syncd.secrets import SecretReference
from syncd.settings import from_text
from tests.deploy.place import DEPLOY, compose, manifests, units


def in_kubernetes(name):
    return manifests(name)["ConfigMap/syncd"]["data"]["syncd.toml"]


WRITTEN = {
    "systemd": (DEPLOY / "systemd/syncd.toml").read_text(),
    "compose": (DEPLOY / "compose/syncd.toml").read_text(),
    "kubernetes, SQLite": in_kubernetes("sqlite.yaml"),
    "kubernetes, PostgreSQL": in_kubernetes("postgresql.yaml"),
}


def loaded(text):
    return from_text(text, file=Path("/etc/syncd/syncd.toml"), name="syncd.toml", environment={})


def files(text):
    """The files in which a configuration says that secrets are kept."""
    plain = re.sub(r"^ *#.*$", "", text, flags=re.MULTILINE)
    return {SecretReference.parse(found).name for found in re.findall(r'"(file:[^"]+)"', plain)}


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN.keys())
def test_every_configuration_is_one_that_syncd_takes(text):
    settings = loaded(text)
    assert settings.teams
    assert settings.web is not None


def test_what_systemd_keeps_secret_is_where_the_configuration_looks():
    names = files(WRITTEN["systemd"])
    assert names
    assert all(name.startswith("secret_") for name in names)
    for unit in units():
        if unit.suffix == ".service":
            assert "LoadCredential=secret:/etc/syncd/secrets" in unit.read_text()


def test_what_compose_keeps_secret_is_where_the_configuration_looks():
    described = compose()
    mounted = {f"/run/secrets/{name}" for name in described["services"]["syncd"]["secrets"]}
    assert files(WRITTEN["compose"]) == mounted
    declared = {name for service in described["services"].values() for name in service["secrets"]}
    assert declared == set(described["secrets"])


@pytest.mark.parametrize("name", ["sqlite.yaml", "postgresql.yaml"])
def test_what_kubernetes_keeps_secret_is_where_the_configuration_looks(name):
    keys = manifests("secret.example.yaml")["Secret/syncd"]["stringData"]
    wanted = files(in_kubernetes(name))
    assert wanted
    assert wanted <= {f"/run/secrets/syncd/{key}" for key in keys}


def test_no_secret_is_written_out_anywhere():
    keys = manifests("secret.example.yaml")["Secret/syncd"]["stringData"]
    assert set(keys.values()) == {""}


def test_ledgers_and_folders_lie_where_they_are_kept():
    assert loaded(WRITTEN["systemd"]).database == "sqlite:////var/lib/syncd/syncd.db"
    assert loaded(WRITTEN["kubernetes, SQLite"]).database == "sqlite:////var/lib/syncd/syncd.db"
    mounts = [volume.rpartition(":")[2] for volume in compose()["services"]["syncd"]["volumes"]]
    assert {"/srv/postmortems", "/var/lib/syncd"} <= set(mounts)
