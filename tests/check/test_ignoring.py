"""Warnings that are set aside: by a comment at their place that gives a reason, or by what the library sets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shepherd.check import RULES, examine
from shepherd.check.library import FlowRejected, Library
from shepherd.flow.comments import comments
from shepherd.flow.draft import read_draft

HEAD = "flow: f\ntitle: Tell what to do\ncategory: orders\nversion: 1\noutcomes:\n  done: {resolves: true}\n"
ASK = "ask: What has happened, and what would you like?"
REASON = "because both go into one note"


def codes(folder: Path, steps: str, desk: str = "", head: str = HEAD) -> list[str]:
    """The codes that are told of a flow with *steps*."""
    (folder / "f.yaml").write_text(f"{head}steps:\n{steps}  finish: {{end: done}}\n", encoding="utf-8")
    (folder / "desk.yaml").write_text(f"desk: house\n{desk}", encoding="utf-8")
    return [finding.code for finding in examine(read_draft(folder))]


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        (f"  s:\n    {ASK}\n    type: text\n", ["SHP902"]),
        (f"  s:\n    # shepherd: ignore SHP902 {REASON}\n    {ASK}\n    type: text\n", []),
        (f"  s:\n    #shepherd:ignore SHP902 {REASON}\n    {ASK}\n    type: text\n", []),
        (f"  s:\n    # shepherd: ignore SHP902 {REASON}\n    # and more\n\n    {ASK}\n    type: text\n", []),
        (f"  s: {{ask: 'What is it, and what would you like?', type: text}} # shepherd: ignore SHP902 {REASON}\n", []),
        (f"  s:\n    # shepherd: ignore SHP902, SHP905 {REASON}\n    {ASK[:-1]} prior to it?\n    type: text\n", []),
        (f"  s:\n    # shepherd: ignore SHP902 SHP905 {REASON}\n    {ASK[:-1]} prior to it?\n    type: text\n", []),
        # elsewhere than at its place
        (f"  # shepherd: ignore SHP902 {REASON}\n  s:\n    {ASK}\n    type: text\n", ["SHP942", "SHP902"]),
        (f"  s:\n    {ASK}\n    # shepherd: ignore SHP902 {REASON}\n    type: text\n", ["SHP902", "SHP942"]),
        (f"  s:\n    # shepherd: ignore SHP905 {REASON}\n    {ASK}\n    type: text\n", ["SHP942", "SHP902"]),
        # without a reason
        (f"  s:\n    # shepherd: ignore SHP902\n    {ASK}\n    type: text\n", ["SHP941"]),
        (f"  s:\n    # shepherd: ignore SHP902 because\n    {ASK}\n    type: text\n", ["SHP941"]),
        # what is no such comment
        (f"  s:\n    # shepherd: ignore all {REASON}\n    {ASK}\n    type: text\n", ["SHP943", "SHP902"]),
        (f"  s:\n    # shepherd: ignore {REASON}\n    {ASK}\n    type: text\n", ["SHP943", "SHP902"]),
        (f"  s:\n    # shepherd: ignore SHP999 {REASON}\n    {ASK}\n    type: text\n", ["SHP943", "SHP902"]),
        (f"  s:\n    # A shepherd: ignore SHP902 {REASON}\n    {ASK}\n    type: text\n", ["SHP902"]),
        ("  s:\n    say: |\n      Say # shepherd: ignore SHP902 because it is said.\n", []),
        ("  s:\n    say: 'Say # shepherd: ignore SHP902 because it is said.'\n", []),
    ],
)
def test_a_comment_sets_aside_what_is_at_its_place(steps: str, told: list[str], tmp_path: Path):
    """
    In the line of the finding or above it, by its code, with a reason; words that look like it are no comment.
    """
    assert codes(tmp_path, steps) == told


def test_a_comment_above_words_is_about_all_of_them(tmp_path: Path):
    """
    No comment can stand among the lines of a text, so that above its key is about each of its lines, and no further.
    """
    words = f"    say: |\n      It is so.\n      Prior to this, {'word ' * 30}.\n"
    both = f"    # shepherd: ignore SHP901, SHP905 {REASON}\n"
    after = "  t:\n    say: Prior to this, wait, and do what they say.\n"

    assert codes(tmp_path, f"  s:\n{words}{after}") == ["SHP905", "SHP901", "SHP905"]
    assert codes(tmp_path, f"  s:\n{both}{words}{after}") == ["SHP905"]


def test_an_error_is_never_set_aside(tmp_path: Path):
    """
    Neither one by itself nor one that the library makes of a warning; the comment is told, and the error stands.
    """
    lost = f"  s:\n    say: Hello.\n    # shepherd: ignore SHP202 {REASON}\n    then: nowhere\n"
    two = f"  s:\n    # shepherd: ignore SHP902 {REASON}\n    {ASK}\n    type: text\n"

    assert codes(tmp_path, lost) == ["SHP943", "SHP202"]
    assert codes(tmp_path, "  s: {say: Hello., then: nowhere}\n", "checks: {SHP202: off}\n") == ["SHP944", "SHP202"]
    assert codes(tmp_path, two, "checks: {SHP902: error}\n") == ["SHP943", "SHP902"]
    with pytest.raises(FlowRejected, match="SHP902"):
        Library.read(tmp_path)
    assert codes(tmp_path, two, "checks: {SHP902: warning}\n") == []
    assert list(Library.read(tmp_path).flows) == ["f"]


def test_a_name_in_the_place_of_a_code_is_answered_with_the_code(tmp_path: Path):
    """
    People remember names; a comment takes codes alone, and the finding says which one is meant.
    """
    codes(tmp_path, f"  s:\n    # shepherd: ignore two-questions {REASON}\n    {ASK}\n    type: text\n")
    hints = {f.code: f.hint for f in examine(read_draft(tmp_path))}
    assert hints["SHP943"] == "Names are not taken here: write SHP902 for two-questions."
    codes(tmp_path, f"  s:\n    # shepherd: ignore that {REASON}\n    {ASK}\n    type: text\n")
    hints = {f.code: f.hint for f in examine(read_draft(tmp_path))}
    assert hints["SHP943"].endswith("A code is like SHP902; names are not taken.")


def test_where_something_is_wrong_no_comment_is_called_left_over(tmp_path: Path):
    """
    A mistake may hide what the comment is about; once it is mended, the comment is judged.
    """
    steps = f"  s:\n    # shepherd: ignore SHP902 {REASON}\n    say: Hello.\n    then: nowhere\n"

    assert codes(tmp_path, steps) == ["SHP202"]
    assert codes(tmp_path, steps.replace("    then: nowhere\n", "")) == ["SHP942"]


def test_what_was_not_looked_for_is_not_missed(tmp_path: Path):
    """
    Without a day to hold reviews against, nobody can say that a comment about them hides nothing.
    """
    head = HEAD.replace("version: 1\n", f"version: 1\n# shepherd: ignore SHP932 {REASON}\nreview_by: 2020-01-01\n")

    assert codes(tmp_path, "  s: {say: Hello.}\n", head=head) == []


@pytest.mark.parametrize(
    ("checks", "told"),
    [
        ("", [("SHP902", "warning")]),
        ("checks: {SHP902: off}\n", []),
        ("checks: {SHP902: error, SHP905: off}\n", [("SHP902", "error")]),
        ("checks: {SHP202: warning}\n", [("SHP944", "error"), ("SHP902", "warning")]),
        ("checks: {SHP202: error}\n", [("SHP944", "error"), ("SHP902", "warning")]),
        ("checks: {SHP999: off}\n", [("SHP944", "error"), ("SHP902", "warning")]),
        ("checks: {two-questions: off}\n", [("SHP113", "error"), ("SHP902", "warning")]),
        ("checks: {SHP902: loud}\n", [("SHP111", "error"), ("SHP902", "warning")]),
        ("checks: {}\n", [("SHP113", "error"), ("SHP902", "warning")]),
    ],
)
def test_the_library_sets_what_a_warning_counts_as(checks: str, told: list[tuple[str, str]], tmp_path: Path):
    """
    For all its flows, in desk.yaml: an error, a warning or nothing. Errors stay errors; a code that is none is told.
    """
    codes(tmp_path, f"  s:\n    {ASK}\n    type: text\n", checks)

    assert [(f.code, f.severity) for f in examine(read_draft(tmp_path))] == told


def test_nothing_of_this_changes_what_a_run_pins(tmp_path: Path):
    """
    Neither comments nor settings are part of a bundle: the same run goes on when a check is set otherwise.
    """
    comment = "    # shepherd: ignore SHP902 because it is one matter\n"
    steps = f"  s:\n{comment}    ask: What is it, and is it so?\n    type: text\n"
    codes(tmp_path, steps, "checks: {SHP902: warning, SHP905: off}\n")
    one = Library.read(tmp_path)
    codes(tmp_path, steps.replace(comment, ""))
    two = Library.read(tmp_path)

    assert one.bundle("f") == two.bundle("f")
    assert "checks" not in json.dumps(one.documents)


def test_the_comments_of_a_file_are_found_among_its_words():
    """
    Each with its place and the lines that it is about; a file that is no YAML has none.
    """
    text = '# shepherd: a\nx: "\n  # shepherd: b"\ny: |\n  # shepherd: c\n'
    text += "# shepherd: d\nz: 1  # shepherd: e\n# shepherd: f\n"

    assert [(c.text, c.place.line, c.first, c.last) for c in comments(text)] == [
        ("a", 1, 2, 3),
        ("d", 6, 7, 7),
        ("e", 7, 7, 7),
        ("f", 8, 9, 9),
    ]
    assert list(comments("# shepherd: a\nx: [\n")) == []


def test_warnings_and_errors_are_known_apart():
    """
    Each rule is one or the other by itself: that says whether it may be set aside.
    """
    assert {rule.severity for rule in RULES} == {"error", "warning"}
