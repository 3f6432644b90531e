"""How findings are shown to people and to machines."""

from __future__ import annotations

import json

from shepherd.check.report import as_json, render, render_one, visible
from shepherd.flow.findings import Finding, Hop, Place, Rule

RULE = Rule("SHP202", "unknown-target", "error", "A way leads nowhere.")


def at(place: Place, message: str = '"restrt" is not a step', **given: object) -> Finding:
    return RULE.at(place, message, file="a.yaml", **{"hint": "", **given})  # type: ignore[arg-type]


def test_a_finding_shows_its_line_with_a_caret():
    """
    Place, severity, message and code; the line, the span underlined; then the hint.
    """
    shown = render_one(at(Place(2, 8, 2, 14), hint='Did you mean "restart"?'), "steps:\n  then: restrt\n")

    assert shown == (
        'a.yaml:2:8: error "restrt" is not a step [SHP202 unknown-target]\n'
        "2 |   then: restrt\n"
        "           ^~~~~~\n"
        '  Did you mean "restart"?\n'
    )


def test_a_path_is_one_hop_a_line():
    """
    Each hop names the step and the edge by which it is entered; a long path keeps its two ends.
    """
    shown = render_one(at(Place(1, 1, 1, 1), path=[Hop("a/one", "start"), Hop("a/two", "answer:no")]))
    long = render_one(at(Place(1, 1, 1, 1), path=[Hop(f"a/s{n}", "then") for n in range(1000)]))

    assert shown.endswith("  The path:\n    a/one  (start)\n    a/two  (answer:no)\n")
    assert "    … 940 more …\n" in long
    assert long.endswith("    a/s999  (then)\n")


def test_hidden_characters_are_made_visible():
    """
    Nothing in a flow's text can move the cursor, colour the terminal or turn the writing round.
    """
    nasty = "a\x1b[31mb\u202ec\u2066d\u200be\x00f\r"
    shown = render_one(at(Place(1, 1, 1, 2), nasty), nasty)

    assert visible("\u202e") == "<U+202E>"
    assert not set(shown) & set("\x1b\u202e\u2066\u200b\x00\r")
    assert "a<U+001B>[31mb<U+202E>c<U+2066>d<U+200B>e<U+0000>f" in shown


def test_the_caret_stands_under_wide_characters():
    """
    Wide characters take two columns, so the caret stands under what is meant; a tab is shown as one space.
    """
    shown = render_one(at(Place(1, 4, 1, 5)), "\t日本x")

    assert shown.splitlines()[1:3] == ["1 |  日本x", "         ^"]


def test_a_long_line_is_cut_round_the_place():
    """
    Of a line of thousands of characters the part round the place is shown.
    """
    shown = render_one(at(Place(1, 5_001, 1, 5_002)), "x" * 5_000 + "Y" + "z" * 5_000).splitlines()

    assert len(shown[1]) < 200
    assert shown[1][shown[2].index("^")] == "Y"


def test_a_place_outside_the_text_does_no_harm():
    """
    Where the text has changed meanwhile, or is not at hand, the message stands alone.
    """
    assert render_one(at(Place(9, 9, 9, 9)), "one line") == render_one(at(Place(9, 9, 9, 9)), None)
    assert render_one(at(Place(1, 99, 1, 120)), "short").splitlines()[1] == "1 | short"


def test_the_json_has_the_published_shape():
    """
    FORMATS §7: one object, findings sorted by file, line, column and code; warnings alone are ok.
    """
    warning = Rule("SHP206", "unused-outcome", "warning", "Nobody uses it.").at(
        Place(1, 1, 1, 2), "w", file="a.yaml", hint=""
    )
    two = as_json([at(Place(3, 1, 3, 2), flow="a", step="x", path=[Hop("a/x", "start")]), warning], 2)

    assert json.loads(json.dumps(two)) == two
    assert [two["shepherd"], two["ok"], two["files"]] == ["check/1", False, 2]
    assert [f["line"] for f in two["findings"]] == [1, 3]
    assert two["findings"][1] == {
        "code": "SHP202",
        "name": "unknown-target",
        "severity": "error",
        "file": "a.yaml",
        "line": 3,
        "column": 1,
        "end_line": 3,
        "end_column": 2,
        "flow": "a",
        "step": "x",
        "message": '"restrt" is not a step',
        "hint": "",
        "path": [{"step": "a/x", "by": "start"}],
    }
    assert as_json([warning], 1)["ok"] is True


def test_findings_are_apart_by_an_empty_line():
    """
    Each finding is a paragraph of its own.
    """
    both = render([at(Place(1, 1, 1, 2)), at(Place(2, 1, 2, 2))], {"a.yaml": "x\ny\n"})

    assert both.count("\n\n") == 1
