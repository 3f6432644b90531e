"""What needs no grammar is read as the grammar reads it."""

from __future__ import annotations

import pytest

from shepherd.flow.parse import tree_of
from shepherd.flow.plain import plain


@pytest.mark.parametrize(
    "text",
    [
        "a",
        " a.b ",
        'a.b=="x" ',
        "a < 5",
        "a.b | date ",
        "a|number",
        'a!="{{ }} #"',
        "  a >= 0",
        "abc_1.d2.e <= 123456789012345",
    ],
)
def test_what_needs_no_grammar_gives_the_same_tree(text: str):
    """
    A name, and a name compared with a constant, are read without the grammar, to the same tree at the same places.
    """
    quick = plain(text, filters=True)
    whole = tree_of(f"({text})", filters=True)

    assert quick is not None
    assert repr(whole) == repr(tree_of(f" {text}", filters=True))


@pytest.mark.parametrize(
    "text",
    [
        "not",
        "a | upper",
        "a | date()",
        "a.is",
        "true",
        "a == true",
        'a == "\\n"',
        "a == 007",
        "is == 1",
        "a == 1.5",
        "none",
    ],
)
def test_what_needs_the_grammar_is_left_to_it(text: str):
    """
    Words of the language, escapes and numbers with a fraction go through the grammar.
    """
    assert plain(text, filters=True) is None
