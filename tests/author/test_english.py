"""Expressions as English: each node, each function and each filter in words that say what it does."""

from __future__ import annotations

import itertools
import random
from typing import Any, get_args

import pytest

from shepherd.author.clauses import ASKED, CLAUSE
from shepherd.author.english import GIVEN, ROUNDED, SHOWN, SPANS, VALUE, English
from shepherd.author.spoken import owned
from shepherd.flow.arithmetic import Unworkable
from shepherd.flow.compile import Code
from shepherd.flow.draft import from_documents
from shepherd.flow.functions import FILTERS, FUNCTIONS
from shepherd.flow.model import Flow
from shepherd.flow.parse import tree_of
from shepherd.flow.scope import Around
from shepherd.flow.tree import All, Any_, Minus, Node, Not, Read, Sum

FLOW = {
    "flow": "words",
    "title": "Words",
    "category": "troubleshooting",
    "version": "1",
    "inputs": {"due": "date", "customer_id": "text", "pay": "number", "hurt": "yes_no"},
    "outcomes": {"done": {"resolves": "true"}},
    "values": {"slow": "pay < 20", "weekly": "pay * 12 / 52"},
    "steps": {
        "speed": {"collect": {"down": "number", "wired": "yes_no", "seen_on": "date"}, "save": "line"},
        "colour": {"ask": "What colour?", "options": ["red", "green"]},
        "close": {"end": "done"},
    },
}


@pytest.fixture(scope="module")
def english() -> English:
    draft = from_documents({"flow:words": FLOW})
    flow: Flow = draft.flows["words"]
    return English(flow, Around(draft.flows, draft.policy, draft.connectors).types(flow))


CLAUSES = {
    'colour == "red"': ("the answer to colour is “red”", "the answer to colour is not “red”"),
    "line.down < 20": ("the line's down is less than 20", "the line's down is at least 20"),
    "line.down >= 2.50": ("the line's down is at least 2.50", "the line's down is less than 2.50"),
    "due < today": ("the due is before today", "the due is not before today"),
    "line.seen_on > date(2027, 4, 6)": (
        "the line's seen on is after 6 April 2027",
        "the line's seen on is not after 6 April 2027",
    ),
    "line.wired": ("the line's wired is yes", "the line's wired is no"),
    "line.wired == false": ("the line's wired is no", "the line's wired is yes"),
    "line.wired != true": ("the line's wired is no", "the line's wired is yes"),
    "hurt": ("the hurt is yes", "the hurt is no"),
    "slow": ("slow holds", "slow does not hold"),
    "not slow": ("slow does not hold", "slow holds"),
    "line.down is defined": ("the line's down is known", "the line's down is not known"),
    "assured.identity": ("the identity is established", "the identity is not established"),
    'colour in ["red", "green"]': (
        "the answer to colour is “red” or “green”",
        "the answer to colour is neither “red” nor “green”",
    ),
    'colour not in ["red"]': ("the answer to colour is not “red”", "the answer to colour is “red”"),
    "colour in lists.colours.warm": (
        "the answer to colour is in the group warm of the list colours",
        "the answer to colour is not in the group warm of the list colours",
    ),
    "true": ("this is always so", "this is never so"),
    "visits.colour > 1": (
        "the number of visits to colour is more than 1",
        "the number of visits to colour is at most 1",
    ),
    'slow and colour == "red"': (
        "slow holds and the answer to colour is “red”",
        "slow does not hold or the answer to colour is not “red”",
    ),
    "slow or hurt": ("slow holds or the hurt is yes", "slow does not hold and the hurt is no"),
    "not (slow or hurt)": ("slow does not hold and the hurt is no", "slow holds or the hurt is yes"),
    "slow and (hurt or line.wired)": (
        "slow holds, and either the hurt is yes or the line's wired is yes",
        "slow does not hold, or else the hurt is no and the line's wired is no",
    ),
    "slow and not (hurt or line.wired)": (
        "slow holds and the hurt is no and the line's wired is no",
        "slow does not hold or the hurt is yes or the line's wired is yes",
    ),
    "slow and hurt or line.wired": (
        "slow holds and the hurt is yes, or else the line's wired is yes",
        "either slow does not hold or the hurt is no, and the line's wired is no",
    ),
    "slow and (hurt or line.wired and line.down > 1)": (
        "slow holds, and (either the hurt is yes, or else the line's wired is yes and the line's down is more than 1)",
        "slow does not hold, or else (the hurt is no, and either the line's wired is no"
        " or the line's down is at most 1)",
    ),
    'has_any(["a"], ["b", "c"])': ("“a” has any of “b” or “c”", "“a” has none of “b” or “c”"),
    'starts_with(customer_id, "C")': (
        "the customer id begins with “C”",
        "the customer id does not begin with “C”",
    ),
    "slow if hurt else line.wired": (
        "either the hurt is yes and (slow holds), or else the hurt is no and (the line's wired is yes)",
        "either the hurt is yes and (slow does not hold), or else the hurt is no and (the line's wired is no)",
    ),
}

NOUNS = {
    "weekly": "the weekly",
    "slow": "whether slow holds",
    "round(pay * 12 / 52, 2)": "(the pay times 12 divided by 52) rounded to 2 places behind the point",
    "round(pay)": "the pay rounded to a whole number",
    "round_down(pay, 1)": "the pay rounded down to 1 place behind the point",
    "(pay + 1) * 2": "(the pay plus 1) times 2",
    "pay - (1 + 2)": "the pay minus (1 plus 2)",
    "pay + 1 - 2": "the pay plus 1 minus 2",
    "pay // 7": "how many times 7 goes into the pay",
    "pay % 7": "what is left of the pay divided by 7",
    "-pay": "minus the pay",
    "today + days(1)": "1 day after today",
    "due - months(pay)": "the pay months before the due",
    "today - due": "the number of days from the due to today",
    "today - due + 1": "(the number of days from the due to today) plus 1",
    "end_of_month(due)": "the last day of the month of the due",
    "date(2027, 4, 6)": "6 April 2027",
    "max(pay, 3)": "the larger of the pay and 3",
    "min(pay, 3, 4)": "the smallest of the pay, 3 and 4",
    "1 if slow else 2": "1 if slow holds, and otherwise 2",
    "[1, 2, 3]": "1, 2 and 3",
    "customer.first_name": "the customer's first name",
    "texts.recap": "the words of recap",
    "attempts_left.speed": "the number of tries left at speed",
    "line.down > 1": "whether the line's down is more than 1",
    "now": "now",
}


@pytest.mark.parametrize("source", CLAUSES)
def test_a_condition_is_a_clause_and_so_is_its_opposite(source: str, english: English) -> None:
    """What belongs together is heard: "either … or" inside "and", "or else" around "and", brackets below that."""
    tree = tree_of(source)
    assert (english.holds(tree), english.fails(tree)) == CLAUSES[source]


@pytest.mark.parametrize("source", NOUNS)
def test_a_value_is_a_noun(source: str, english: English) -> None:
    """Calculations keep their order by brackets; days are before and after, and spans of time lead to a day."""
    assert english.value(tree_of(source)) == NOUNS[source]


def test_every_node_function_and_filter_has_its_words() -> None:
    """A new one without a row is found here, not by a reader."""
    assert set(VALUE) == set(get_args(Node)) >= set(CLAUSE)
    assert set(FUNCTIONS) <= {*ASKED, *GIVEN, *ROUNDED, *SPANS, "min", "max"}
    assert set(FILTERS) <= set(SHOWN)


def test_filters_say_how_a_value_is_shown(english: English) -> None:
    """With what is given to them in brackets."""
    assert english.value(tree_of("pay | money", filters=True)) == "the pay, as an amount of money"
    assert english.value(tree_of("pay | number(2)", filters=True)) == "the pay, as a number (2)"


# --- nothing can be heard in two ways -----------------------------------------------------------------

P, Q, R = (Read((name,), 0, 1) for name in "pqr")


def _joined(items: list[Node]) -> list[Node]:
    """Every "and", "or" and "not" of *items*."""
    pairs = list(itertools.product(items, repeat=2))
    return [kind(pair, 0, 1) for kind in (All, Any_) for pair in pairs] + [Not(item, 0, 1) for item in items]


def _summed(left: list[Node], right: list[Node]) -> list[Node]:
    """Every sum of one of *left* and one of *right*, either way round."""
    pairs = [*itertools.product(left, right), *itertools.product(right, left)]
    return [Sum(op, one, other, 0, 1) for op in ("+", "-", "*", "/", "//", "%") for one, other in pairs]


def _worth(node: Node, worlds: list[dict[str, Any]]) -> tuple[Any, ...]:
    """What *node* is worth in each of *worlds*."""
    work = Code().compile(node)
    try:
        return tuple(work(world, None) for world in worlds)
    except Unworkable:
        return ("unworkable",)


def test_two_conditions_that_differ_never_sound_alike(english: English) -> None:
    """The same clause is as true, whatever holds; and the clause of the opposite is the opposite."""
    worlds = [dict(zip("pqr", held, strict=True)) for held in itertools.product((True, False), repeat=3)]
    small = [P, Q, R, *_joined([P, Q, R])]
    draw = random.Random(7)
    deep = _joined([*draw.sample(_joined(small), 25), *draw.sample(small, 6), P, Q])
    heard: dict[str, tuple[Any, ...]] = {}
    for node in [*small, *_joined(small), *deep]:
        truth = _worth(node, worlds)
        for clause, means in ((english.holds(node), truth), (english.fails(node), tuple(not t for t in truth))):
            assert heard.setdefault(clause, means) == means, clause
    assert len(heard) > 3000


def test_commas_need_not_be_heard(english: English) -> None:
    """Two levels of "and" and "or" are told apart by the ear alone."""
    worlds = [dict(zip("pqr", held, strict=True)) for held in itertools.product((True, False), repeat=3)]
    heard: dict[str, tuple[Any, ...]] = {}
    for node in _joined([P, Q, R, *_joined([P, Q, R])]):
        truth = _worth(node, worlds)
        clause = english.holds(node).replace(",", "")
        assert heard.setdefault(clause, truth) == truth, clause


def test_two_sums_that_differ_never_sound_alike(english: English) -> None:
    """The same words are worth the same, whatever the numbers are."""
    worlds = [{"p": 2, "q": 3, "r": 5}, {"p": 11, "q": -13, "r": 17}]
    small = [*_summed([P, Q], [Q, R]), Minus(P, 0, 1)]
    heard: dict[str, tuple[Any, ...]] = {}
    for node in [*small, *_summed(small, [P, R]), *_summed(small[::5], small[::7])]:
        worth = _worth(node, worlds)
        assert heard.setdefault(english.value(node), worth) == worth, english.value(node)
    assert len(heard) > 800


def test_what_something_has_is_told_as_people_write_it() -> None:
    """Behind an s stands the apostrophe alone."""
    assert owned("the line", ["status"]) == "the line's status"
    assert owned("details", ["sent_on", "year"]) == "details' sent on's year"
