from __future__ import annotations

import pytest

from connectors.clients.patterns import Patterns, check


@pytest.mark.parametrize(
    ("pattern", "matches", "misses"),
    [
        ("*.md", ["a.md", "A.MD"], ["a.md/b", "x/a.md", "a.mdx", "amd"]),
        ("**/*.md", ["a.md", "x/a.md", "x/y/a.md"], ["a.txt", "x/a.md/b.txt"]),
        ("**/**/*.md", ["a.md", "x/y/a.md"], ["a.txt"]),
        ("docs/**/*.md", ["docs/a.md", "docs/x/y/a.md"], ["a.md", "mydocs/a.md", "docs.md"]),
        ("docs/**", ["docs/a.md", "docs/x/a"], ["docs", "docs2/a.md"]),
        ("./docs/*.md", ["docs/a.md"], ["a.md", "docs/x/a.md"]),
        ("**", ["a.md", "x/a"], []),
        ("20[0-9][0-9]-*.md", ["2024-11.md"], ["20ab-11.md", "2024-11/x.md"]),
        ("[!_]*.md", ["a.md"], ["_a.md"]),
        ("a?.md", ["ab.md", "aü.md"], ["a.md", "a/.md"]),
        ("a**b.md", ["ab.md", "axxb.md"], ["a/b.md"]),
        ("[unclosed.md", ["[unclosed.md"], ["u.md"]),
        ("a+(b).md", ["a+(b).md"], ["aab.md"]),
    ],
)
def test_a_pattern_means_what_it_means_in_a_shell(pattern, matches, misses):
    patterns = Patterns(include=[pattern], exclude=[])
    assert [path for path in matches if not patterns.wanted(path)] == []
    assert [path for path in misses if patterns.wanted(path)] == []


@pytest.mark.parametrize("path", ["template.md", "x/Template-incident.md", "templates/a.md", "x/templates/y/a.md"])
def test_an_excluded_folder_is_excluded_with_everything_in_it(path):
    assert not Patterns(include=["**/*.md"], exclude=["**/template*"]).wanted(path)


def test_without_patterns_nothing_is_wanted_and_nothing_excluded():
    patterns = Patterns(include=[], exclude=[])
    assert not patterns.wanted("a.md")
    assert not patterns.excluded("a.md")


@pytest.mark.parametrize("pattern", ["../*.md", "docs/../../*.md", "/etc/*.md", "~/a.md", "..", "", "/", "//"])
def test_a_pattern_that_leaves_the_source_is_refused(pattern):
    with pytest.raises(ValueError, match=r"leaves the source|is empty"):
        check(pattern)


def test_names_may_have_dots_in_them():
    assert check("a..b/*.md") == "a..b/*.md"
