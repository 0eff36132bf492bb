from __future__ import annotations

import pytest

from tests.deploy.commands import in_containers, in_units, in_words, mistakes
from tests.deploy.place import CHECKOUT, DEPLOY

TEXTS = [
    CHECKOUT / "README.md",
    DEPLOY / "README.md",
    DEPLOY / "prometheus/syncd.rules.yml",
    DEPLOY / "compose/syncd.toml",
]


@pytest.mark.parametrize("line", sorted({*in_units(), *in_containers()}))
def test_everything_that_is_started_exists_with_its_options(line):
    assert mistakes(line) == []


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_everything_that_people_are_told_to_type_exists(text):
    assert [mistake for line in in_words(text) for mistake in mistakes(line)] == []


def test_units_and_containers_start_something_at_all():
    assert {line.split()[1] for line in in_units()} >= {"run", "reconcile", "db"}
    assert {line.split()[1] for line in in_containers()} >= {"run", "health"}


def test_a_command_or_an_option_that_is_not_there_is_found():
    assert mistakes("syncd plan --json") == []
    assert mistakes("syncd db backup x.db") == []
    assert mistakes("syncd paln") == ["syncd paln: there is no paln"]
    assert mistakes("syncd db copy") == ["syncd db copy: there is no copy"]
    assert mistakes("syncd run --jsn") == ["syncd run --jsn: there is no --jsn"]
