"""Templates of one's own: they win over ours, are escaped like ours, and their mistakes are told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncd.errors import SettingsError
from syncd.ports import Format
from syncd.render import render
from tests.render.samples import ONE_OVERDUE, SETTINGS


def mail(folder, digest=ONE_OVERDUE):
    return render(digest, Format.MAIL, settings=replace(SETTINGS, templates=folder))


def test_a_template_of_the_same_name_wins(tmp_path):
    (tmp_path / "digest.txt.j2").write_text("Hello {{ m.team }}\n\n\n\nBye")
    assert mail(tmp_path)["text"] == "Hello Payments\n\nBye\n"
    assert mail(tmp_path)["html"] == mail(None)["html"]


def test_a_part_of_a_mail_can_be_exchanged_alone(tmp_path):
    dark = ".page { background-color: #123456 !important; }"
    (tmp_path / "mail.dark.css.j2").write_text(f"@media (prefers-color-scheme: dark) {{ {dark} }}")
    assert "#123456" in mail(tmp_path)["html"]


def test_a_template_of_ones_own_escapes_without_being_told(tmp_path):
    (tmp_path / "mail.html.j2").write_text("<html><body><p>{{ m.remarks[0] }}</p></body></html>")
    html = mail(tmp_path, replace(ONE_OVERDUE, remarks=("<script>alert(1)</script>",)))["html"]
    assert "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>" in html


def test_an_edited_template_is_taken_at_once(tmp_path):
    (tmp_path / "digest.txt.j2").write_text("one")
    assert mail(tmp_path)["text"] == "one\n"
    (tmp_path / "digest.txt.j2").write_text("another")
    assert mail(tmp_path)["text"] == "another\n"


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("line\n{% if %}", r"digest\.txt\.j2 is wrong in line 2"),
        ("{{ m.nonsense }}", r"digest\.txt\.j2 of .* cannot be filled: .*nonsense"),
        ("{% include 'absent.j2' %}", r"cannot be filled: .*absent\.j2"),
        ("{{ 1 / 0 }}", r"cannot be filled: division by zero"),
    ],
)
def test_a_mistake_in_a_template_is_told_in_words(tmp_path, template, words):
    (tmp_path / "digest.txt.j2").write_text(template)
    with pytest.raises(SettingsError, match=words):
        mail(tmp_path)


def test_a_folder_without_templates_changes_nothing(tmp_path):
    assert mail(tmp_path) == mail(None)
