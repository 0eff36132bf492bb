"""Each sample looks as it looked when a person last looked at it."""

from __future__ import annotations

import json

import pytest

from syncd.ports import Format
from syncd.render import render
from tests.render.conftest import FOLDER
from tests.render.golden_files import Golden, Rewritten
from tests.render.samples import SAMPLES, SETTINGS

KEPT = ("html", "txt")
KEPT_AS_JSON = ("one-overdue", "review", "notice")


@pytest.mark.parametrize("name", SAMPLES)
def test_a_mail_is_as_it_was_looked_at(golden, name):
    payload = render(SAMPLES[name], Format.MAIL, settings=SETTINGS)
    golden.check(f"{name}.html", payload["html"])
    golden.check(f"{name}.txt", payload["text"])


@pytest.mark.parametrize("format", [Format.SLACK, Format.TEAMS, Format.WEBHOOK])
@pytest.mark.parametrize("name", KEPT_AS_JSON)
def test_a_message_is_as_it_was_looked_at(golden, name, format):
    payload = render(SAMPLES[name], format, settings=SETTINGS)
    golden.check(f"{name}.{format}.json", json.dumps(payload, indent=1, ensure_ascii=False) + "\n")


def test_no_golden_file_is_left_over():
    mails = {f"{name}.{kind}" for name in SAMPLES for kind in KEPT}
    messages = {f"{name}.{format}.json" for name in KEPT_AS_JSON for format in ("slack", "teams", "webhook")}
    assert {file.name for file in FOLDER.iterdir()} == mails | messages


def test_a_changed_text_is_noticed(tmp_path):
    (tmp_path / "a.txt").write_text("as it was")
    with pytest.raises(AssertionError):
        Golden(tmp_path, writing=False).check("a.txt", "as it is")


def test_a_missing_file_is_noticed(tmp_path):
    with pytest.raises(AssertionError, match="is missing"):
        Golden(tmp_path, writing=False).check("a.txt", "as it is")


def test_a_run_that_rewrites_fails_at_its_end_and_says_why(tmp_path):
    files = Golden(tmp_path, writing=True)
    files.check("a.txt", "as it is")
    assert (tmp_path / "a.txt").read_text() == "as it is"
    with pytest.raises(Rewritten, match=r"rewritten \(a\.txt\)\. Look at git diff"):
        files.finish()


def test_a_run_that_could_rewrite_fails_even_when_nothing_had_changed(tmp_path):
    (tmp_path / "a.txt").write_text("as it is")
    files = Golden(tmp_path, writing=True)
    files.check("a.txt", "as it is")
    with pytest.raises(Rewritten, match="none had changed"):
        files.finish()
