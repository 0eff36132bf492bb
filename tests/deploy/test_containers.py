from __future__ import annotations

import fnmatch
import re

import pytest

from syncd import __version__
from tests.deploy.place import CHECKOUT, DEPLOY, compose

DOCKERFILE = (DEPLOY / "Dockerfile").read_text()


def test_both_stages_start_from_one_image_known_by_its_digest():
    images = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(images) == 2
    assert len(set(images)) == 1
    assert re.search(r":\d+\.\d+\.\d+-slim-\w+@sha256:[0-9a-f]{64}$", images[0])


def test_what_is_copied_into_the_image_is_here_and_is_let_through():
    let_through = re.findall(r"^!(.+)$", (CHECKOUT / ".dockerignore").read_text(), re.MULTILINE)
    copied = [
        word for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE) for word in line.split()
    ]
    assert copied
    assert [path for path in copied if not (CHECKOUT / path).exists()] == []
    assert [path for path in copied if not any(fnmatch.fnmatch(path, allowed) for allowed in let_through)] == []
    assert [path for path in let_through if path not in copied] == []


def test_the_image_names_the_version_that_it_holds():
    assert f'org.opencontainers.image.version="{__version__}"' in DOCKERFILE
    assert compose()["services"]["syncd"]["image"] == f"syncd:{__version__}"


def test_the_image_runs_as_nobody_in_particular_and_takes_signals_itself():
    assert re.findall(r"^USER (.+)$", DOCKERFILE, re.MULTILINE) == ["10001:10001"]
    assert 'ENTRYPOINT ["syncd"]' in DOCKERFILE
    assert "--require-hashes" in DOCKERFILE


@pytest.mark.parametrize("name", ["syncd", "postgres"])
def test_every_container_is_confined_comes_back_and_keeps_its_log_small(name):
    service = compose()["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["restart"] == "unless-stopped"
    assert int(service["user"].partition(":")[0]) > 0
    assert service["logging"]["options"]["max-size"]
    assert service["secrets"]


def test_syncd_waits_for_its_database_which_nobody_else_reaches():
    described = compose()
    services = described["services"]
    assert services["syncd"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    assert services["postgres"]["healthcheck"]["test"][1] == "pg_isready"
    assert "ports" not in services["postgres"]
    assert [described["networks"][name] for name in services["postgres"]["networks"]] == [{"internal": True}]
    assert all(port.startswith("127.0.0.1:") for port in services["syncd"]["ports"])


def test_what_must_last_is_on_a_volume_with_a_name():
    described = compose()
    used = {volume.partition(":")[0] for service in described["services"].values() for volume in service["volumes"]}
    assert set(described["volumes"]) <= used
