"""Reading expressions: what is refused, exactly where, and how every part keeps its place."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shepherd.flow.compile import Code
from shepherd.flow.expression import Expression, Undefined, Unworkable, parse
from shepherd.flow.findings import Finding, Place
from shepherd.flow.infer import Infer
from shepherd.flow.parse import Wrong, tree_of
from shepherd.flow.tree import All, Compare, Const, Not, Read
from shepherd.flow.types import Type


def place(start: int, end: int) -> Place:
    return Place(1, start + 1, 1, end + 1)


def read(text: str) -> tuple[Expression | None, list[Finding]]:
    return parse(text, at=place, file="f.yaml", flow="f", step="s")


# --- what is refused --------------------------------------------------------------------------------

NOT_IN_THE_LANGUAGE = (
    *('"".__class__', "x.__class__", "a.__class__.__mro__", "x._secret", "(a).b.__globals__", '"a".upper()'),
    *("x()", "a.b()", 'open("x")', '__import__("os")', "range(9)", "lipsum()", "super()", "dict(a=1)", "round(*a)"),
    *("'x'*10**9", "a ** b", "a ~ b", "x[0]", 'x["a"]', "x[1:2]", "x.0", "x.1", "(1, 2)", "a, b", "()", "[]"),
    *("{a: 1}", "+1", "none", "None", "True", "1 is defined", '"a" is defined', "a is defined(1)", "a is sameas b"),
    *('"%s" | format(1)', 'a | attr("x")', "a | upper", "a | date", "workdays()", "round()", "days(1, 2)"),
    *("a if b", "1 < x < 5", "a == b == c", "a in b in c", '"a" "b"', '"a"\n"b"'),
    *("1e3", "1_000", "0x10", "0b1", "007", "1.", ".5", "1.5.2", "1234567890123456", "12345678.12345678", "2011-10-10"),
    *("a = b", "a && b", "a || b", "!a", "“yes” == a", "a == ‘b’", "a <> b", "a !== b", "a ≤ b", "a ? b : c"),
    *("{{ a }}", "{% a %}", "{# a #}", "a }}", "a -}}", "-}} x {{-", "{{ a }} == {{ b }}"),
    *(
        "",
        " ",
        "\n",
        "a.",
        ".a",
        "a..b",
        "a b",
        "a ==",
        "== a",
        "a and",
        "not",
        "is",
        "a or or b",
        "(a",
        "a)",
        "[a",
        "a]",
    ),
    *('"abc', "'", '"\\', "a;b", "a#b", "a$b", "a@b", "a\x00b", "a:b", "٣", "x < ٣", "a is not not defined"),
)


@pytest.mark.parametrize("text", NOT_IN_THE_LANGUAGE)
def test_what_is_not_in_the_language_is_one_finding(text: str):
    """
    Whatever is not on the positive list is one finding with a whole sentence, and never runs.
    """
    expression, findings = read(text)

    assert expression is None
    assert [(f.code, f.severity) for f in findings] == [("SHP301", "error")]
    assert findings[0].message.endswith((".", "?"))


HUGE = {
    "brackets": "(" * 10_000 + "a" + ")" * 10_000,
    "open brackets": "[" * 10_000,
    "brackets within the length": "(" * 990 + "a" + ")" * 990,
    "not": "not " * 490 + "a",
    "minus": "-" * 1_990 + "a",
    "sum": "a + " * 490 + "a",
    "and": "a and " * 300 + "a",
    "if": "a if b else " * 160 + "c",
    "filters": "a" + " | date" * 250,
    "dots": "a" + ".b" * 900,
    "calls": "round(" * 300 + "a" + ")" * 300,
    "quotes": '"' * 1_999,
    "backslashes": '"' + "\\" * 1_997 + '"',
    "digits": "9" * 1_999,
    "long": "a" * 100_000,
    "a megabyte of brackets": "(" * 1_000_000,
}


@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE)
def test_huge_expressions_are_refused_at_once(text: str):
    """
    Length, depth and number of parts are bounded before anything recurses: a finding, within two seconds.
    """
    began = time.process_time()
    expression, findings = read(text)

    assert expression is None
    assert len(findings) == 1
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("text", "pointed"),
    [
        ('a.b == "x" and open("y")', "open"),
        ("a == 1e3", "1e3"),
        ("a == 1_000", "1_000"),
        ("a < 1234567890123456", "1234567890123456"),
        ("a == 2011-10-10", "2011-10-10"),
        ("a = b", "="),
        ("a && b", "&&"),
        ("a ~ b", "~"),
        ("a ** b", "**"),
        ("a == “b”", "“"),
        ("a == none", "none"),
        ("a.b.__class__", "__class__"),
        ("a and b | upper", "upper"),
        ("a == x and days(1, 2)", "days"),
        ('a == "x" "y"', '"x" "y"'),
        ("a and b c", "c"),
        ("{{ a }}", "{{"),
    ],
)
def test_a_finding_points_at_the_very_word(text: str, pointed: str):
    """
    The place of a finding is that of the name, sign or constant that is wrong, not of the line.
    """
    (found,) = read(text)[1]

    assert text[found.place.column - 1 : found.place.end_column - 1] == pointed


def test_words_within_quotes_are_no_slips():
    """
    Signs of other languages, braces and dates may stand in a quoted text.
    """
    for text in ("a && b", "{{ a }}", "2011-10-10", "a = b!", "“a”", "a ~ b ** c", "it's"):
        expression, _ = read(f'"{text}"')

        assert expression is not None
        assert expression.tree == Const(text, 0, len(text) + 2)


# --- the tree -----------------------------------------------------------------------------------------


def test_every_part_of_the_tree_knows_its_place():
    """
    Names, constants and comparisons carry the characters that they stand at.
    """
    text = 'line.status == "down" and not speed.wired'
    expression, _ = read(text)

    assert expression is not None
    tree = expression.tree
    assert isinstance(tree, All)
    compare, negated = tree.items
    assert isinstance(compare, Compare)
    assert isinstance(negated, Not)
    assert [text[n.start : n.end] for n in (compare, compare.left, compare.right, negated.item)] == [
        'line.status == "down"',
        "line.status",
        '"down"',
        "speed.wired",
    ]
    assert expression.names == {"line", "speed"}
    assert [r.path for r in expression.reads] == [("line", "status"), ("speed", "wired")]


def test_the_parts_of_an_inline_if_are_matched_in_the_order_of_the_text():
    """
    What stands before ``if`` is written first and read second: each name still gets its own place.
    """
    text = "first.a if test.b else last.c"
    expression, _ = read(text)

    assert expression is not None
    assert [text[r.start : r.end] for r in expression.reads] == ["first.a", "test.b", "last.c"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1", Decimal("0.1")),
        ("1.10", Decimal("1.10")),
        ("12", 12),
        ("-3", -3),
        ("-0.5", Decimal("-0.5")),
        ("true", True),
    ],
)
def test_constants_are_exact(text: str, value: Any):
    """
    A decimal is the one that is written, never its nearest binary fraction.
    """
    expression, _ = read(text)

    assert expression is not None
    assert isinstance(expression.tree, Const)
    assert (str(expression.tree.value), type(expression.tree.value)) == (str(value), type(value))


def test_reads_are_the_names_alone():
    """
    What an expression reads never includes its functions or constants.
    """
    expression, _ = read('round(a.b, 1) > 2 and lower(c) == "d"')

    assert expression is not None
    assert expression.reads == (Read(("a", "b"), 6, 9), Read(("c",), 28, 29))


PIECES = st.sampled_from(
    [
        *"()[]{}.,|~+-*/%<>=!&\"'\\ \n:;#",
        *("==", "!=", "**", "//", "{{", "}}", "a", "b.c", "x", "1", "0.5", '"t"', "true", "ä", "٣"),
        *(" and ", " or ", " not ", " in ", " is ", " defined", " if ", " else ", "round(", "days(", "date"),
    ]
)


@given(st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=25).map("".join)))
@settings(max_examples=600, deadline=None)
def test_any_text_is_an_expression_or_one_finding(text: str):
    """
    No text makes the reader, the types, the compiler or the evaluation fail with an error that is not ours.
    """
    expression, findings = read(text)

    assert (expression is None) == (len(findings) == 1)
    if expression is None:
        assert 1 <= findings[0].place.column <= findings[0].place.end_column <= max(2, len(text) + 1)
        return
    Infer({}).of(expression.tree)
    evaluate = Code().compile(expression.tree)
    with suppress(Undefined, Unworkable):
        evaluate({"a": 1, "b": {"c": "t"}}, SimpleNamespace(today=date(2026, 1, 1)))


def misfits(text: str) -> list[str]:
    """What does not fit in *text*, in which n is a whole number and y a yes or no."""
    expression, _ = read(text)
    assert expression is not None
    infer = Infer({"n": Type.named("integer"), "y": Type.named("yes_no")})
    infer.of(expression.tree)
    return [misfit.sentence for misfit in infer.misfits]


@pytest.mark.parametrize("text", ["{} + 1", "1 / {}", "{} > 1", "{} and y", "round({})", "({} if y else n) == n"])
def test_a_number_or_a_text_can_be_shown_and_nothing_else(text: str):
    """
    What is of one kind in one case and of another in the other can't be reckoned with, compared or be a condition.
    """
    mixed = '(n if y else "none")'

    assert misfits(mixed) == []
    assert misfits(text.format(mixed)) == ["This is of one kind in one case, and of another in the other."]


@pytest.mark.parametrize("text", ["{} + 1", "1 / {}", "{} > 1", "round({})", "({} if y else n) == n"])
def test_two_numbers_are_one_kind(text: str):
    """
    A whole number in one case and a fraction in the other are both numbers.
    """
    assert misfits(text.format("(n if y else 2.5)")) == []


@pytest.mark.parametrize("text", ["a is none", "a is odd", "a is string", "a is not number"])
def test_only_defined_may_stand_behind_is(text: str):
    """
    Any other test of Jinja's is refused; it would else be read as `is defined`.
    """
    (found,) = read(text)[1]

    assert found.code == "SHP301"
    assert "is not part of the language" in found.message


@pytest.mark.parametrize("text", ['"\\ud800"', '"\\x41"', '"\ud800"', '"a\\tb"', "'\\N{DIGIT ONE}'"])
def test_a_quoted_text_holds_plain_characters_only(text: str):
    """
    Behind a backslash stand a quotation mark, a backslash or n; half a character is no text at all.
    """
    assert read(text)[0] is None


@pytest.mark.parametrize("text", ["fee > 20 EUR", "fee > EUR 20", "fee == 20 EUR and x"])
def test_an_amount_is_written_without_its_currency(text: str):
    """
    The hint says the number that is meant.
    """
    (found,) = read(text)[1]

    assert found.hint.startswith("Write 20:")


@pytest.mark.parametrize(
    ("text", "column"),
    [('a == "abc', 6), ("a # b", 3), ("a ≤ b", 3), ("a)", 2), ("(a]", 3), ("a ==", 3), ("a > 007", 5), ("1/2/2026", 1)],
)
def test_what_can_not_be_read_is_pointed_at(text: str, column: int):
    """
    The finding stands at the very character, and says so in the words of the language.
    """
    (found,) = read(text)[1]

    assert found.place.column == column
    assert "unexpected" not in found.message


@pytest.mark.parametrize(
    ("text", "about", "hint"),
    [
        ("a =< 5", "=<", 'Write "<=": at most.'),
        ("a => 5", "=>", 'Write ">=": at least.'),
        ("a ≥ 5", "≥", 'Write ">=": at least.'),
        ("a <> 5", "<>", 'Write "!=": differs from.'),
        ("a === 5", "===", 'Write "==".'),
        ("a > 5 AND a < 7", "AND", 'Write it in small letters: "and".'),
        ("a > 5 Or a < 7", "Or", 'Write it in small letters: "or".'),
        ("NOT a > 5", "NOT", 'Write it in small letters: "not".'),
        ("a IS DEFINED", "IS", 'Write it in small letters: "is".'),
        ("a == TRUE", "TRUE", 'Write it in small letters: "true".'),
        ("a > 5 and < 7", "and <", "Write it twice: x > 1 and x < 5."),
        ("a is 5", "is ", 'Write "==" or "!=".'),
        ('a is not "yes"', "is not ", 'Write "==" or "!=".'),
        ("not defined a", "not defined ", "Write NAME is defined."),
        ("a equals 5", "equals", 'Write "==" to compare.'),
        ("a is less than 5", "is less than", 'Write "<".'),
        ("a > 1 and a is at least 5", "is at least", 'Write ">=".'),
        ("a is the same as 5", "is the same as", 'Write "==".'),
        ("a > 10%", "10%", "10 percent of x is x * 10 / 100."),
        ("a > 10% of b", "10%", "10 percent of x is x * 10 / 100."),
        ("20% * a > 3", "20%", "20 percent of x is x * 20 / 100."),
        ("a > 30.11.2026", "30.11.2026", "Write date(2026, 11, 30)."),
        ("a > 2026-04-06", "2026-04-06", "Write date(2026, 4, 6)."),
        ("a < date(2026, 11, 01)", "01", 'Write 1. Digits that are no number are a text: "01".'),
        ("a > .5", ".5", "Write 0.5."),
        ("a > 1,000", "1,000", "Write 1000."),
        ("a > 1.000,50", "1.000,50", "Write 1000.50."),
        ("a > 1 000", "1 000", "Write 1000."),
        ("a > 1'000", "1'000", "Write 1000."),
        ("a > 1_000", "1_000", "Write 1000."),
        ("a > 12,5", "12,5", "Write 12.5."),
        ("a < 14 days ago", "14 days ago", "Write today - days(14)."),
        ("a > today()", "today", "Write today alone, without brackets."),
        ("len(a) > 3", "len", 'Did you mean "length"?'),
        ("lenght(a) > 3", "lenght", 'Did you mean "length"?'),
        ("if a > 3", "if ", "Write the condition alone."),
        ("a > 3 then b", "then", "The step stands in a line of its own: `then: STEP`."),
        ("a is empty", "empty", "What was left empty is not defined: write NAME is not defined."),
        ("a between 1 and 5", "between", "Write two comparisons joined by and: x >= 1 and x <= 5."),
    ],
)
def test_what_other_languages_write_is_told_as_it_is_written_here(text: str, about: str, hint: str):
    """
    The finding is about the slip itself, and its hint is the right way to write it.
    """
    with pytest.raises(Wrong) as found:
        tree_of(text)
    assert (text[found.value.start : found.value.end], found.value.hint) == (about, hint)


@pytest.mark.parametrize("text", ["a > 50 €", "a > €1,000.50", "a > $50"])
def test_the_sign_of_a_currency_is_told_as_one(text: str):
    """
    The number beside it is pointed at too, and the hint says that it stands alone.
    """
    with pytest.raises(Wrong) as found:
        tree_of(text)
    assert text[found.value.start : found.value.end] == text[4:]
    assert found.value.hint.startswith("Write the number alone")


@pytest.mark.parametrize("text", ["a < 09:30", "a < 9:30", "a < time(9, 30)"])
def test_a_time_of_day_is_told_as_one(text: str):
    """
    No time of day can be written in an expression: the hint says how it is asked for.
    """
    with pytest.raises(Wrong) as found:
        tree_of(text)
    assert found.value.hint.startswith("Compare its hour(…)")


@pytest.mark.parametrize(
    ("text", "about", "hint"),
    [
        ("today + 30 days", "30 days", "Write days(30)."),
        ("day - 2 weeks > today", "2 weeks", "Write weeks(2)."),
        ("days(3) + 1 month", "1 month", "Write months(1)."),
        ("3d", "3d", "On the ticket, a length of time is a text: '\"3d\"'. To reckon with it, write days(3)."),
        ("4h", "4h", "On the ticket, a length of time is a text: '\"4h\"'."),
        ("4 working hours", "4 working hours", "On the ticket, a length of time is a text: '\"4 working hours\"'."),
        ('a == "3 days" b', "b", "A unit belongs in the label. Is and, or, == missing before it?"),
        ("a > 5 kg", "kg", "A unit belongs in the label. Is and, or, == missing before it?"),
    ],
)
def test_a_length_of_time_is_written_as_it_is_reckoned_with(text: str, about: str, hint: str):
    """
    The hint has the very number of days, weeks, months or years.
    """
    with pytest.raises(Wrong) as found:
        tree_of(text)
    assert (text[found.value.start : found.value.end], found.value.hint) == (about, hint)


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("Ring the customer back", "'\"Ring the customer back\"'"),
        ("Ring back", "'\"Ring back\"'"),
        ("Look where it is, and call them.", "'\"Look where it is, and call them.\"'"),
        ("look for the parcel", "'\"look for the parcel\"'"),
        ("Ask for Ada, who isn't here", "'\"Ask for Ada, who isn''t here\"'"),
        ("ring back", ""),
        ("speed equals light too", ""),
        ("a b and c", ""),
        ("a_b c d", ""),
        ("a.b is c d", ""),
        ("a b == c d", ""),
    ],
)
def test_words_without_quotes_are_told_as_a_text(text: str, quoted: str):
    """
    Several plain words are a text whose own quotes were forgotten; what may be names or a comparison is told as such.
    """
    with pytest.raises(Wrong) as found:
        tree_of(text)
    assert (found.value.hint == f"A text needs quotes of its own: {quoted}.") == bool(quoted)
    assert ("quotes of its own" in found.value.hint) == bool(quoted)
    with pytest.raises(Wrong) as shown:
        tree_of(text, filters=True)
    assert "quotes of its own" not in shown.value.hint


@pytest.mark.parametrize(
    "text",
    [
        'a == "NOT a =< b"',
        "a is defined and b is not defined",
        "not (a is defined)",
        "a.AND == 1",
        "a == 1 if b is defined else a <= -1",
        "between == 1 and equals != 2 and contains < 3",
        "[a, b] == [1, 2] and not a",
    ],
)
def test_what_is_right_is_no_slip(text: str):
    """
    Words in quotes, names that only look like words, and the real operators are read.
    """
    tree_of(text)
