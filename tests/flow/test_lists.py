"""Lists: one file of values for many flows, offered by fields and looked into by expressions."""

from __future__ import annotations

import timeit
from types import SimpleNamespace

import pytest

from shepherd.check import examine
from shepherd.check.library import Library
from shepherd.flow.draft import read_draft
from shepherd.flow.expression import Expression
from shepherd.flow.lists import Members
from shepherd.flow.model import Ask, Decide
from tests.flow.library import Write

LIST = """list: countries
options: {se: Sweden, fi: Finland, de: Germany, us: United States}
groups:
  nordic: [fi, se]
  schengen: [de, fi, se]
headings: [nordic]
"""
FLOW = """flow: a
title: A
category: orders
outcomes: {near: {resolves: true}, far: {resolves: true}}
steps:
  where:
    ask: Where?
    options: lists.countries
  judge:
    decide:
      - when: where in lists.countries.schengen
        then: close_near
      - otherwise: close_far
  close_near: {end: near}
  close_far: {end: far}
"""
CONTEXT = SimpleNamespace()


def codes(folder: object) -> list[tuple[str, str]]:
    """The code and the words of everything that is found in a folder."""
    return [(f.code, f.message + " " + f.hint) for f in examine(read_draft(str(folder)))]


def condition(library: Library) -> Expression:
    """The first condition of the flow ``a``."""
    action = library.flows["a"].steps["judge"].action
    assert isinstance(action, Decide)
    return action.branches[0].when


def test_a_field_offers_a_list_in_its_order(write: Write):
    """
    A field that names a list has its options, with labels, in the order of the file; one that names a group has those.
    """
    action = Library.read(write(a=FLOW, countries=LIST)).flows["a"].steps["where"].action
    assert isinstance(action, Ask)
    assert [(o.value, o.label) for o in action.field.options][:2] == [("se", "Sweden"), ("fi", "Finland")]
    assert action.field.type.options == ("se", "fi", "de", "us")

    folder = write(a=FLOW.replace("options: lists.countries", "options: lists.countries.schengen"))
    action = Library.read(folder).flows["a"].steps["where"].action
    assert isinstance(action, Ask)
    assert action.field.type.options == ("se", "fi", "de")


@pytest.mark.parametrize(("given", "expected"), [("fi", True), ("us", False), ("", False)])
def test_an_expression_looks_into_a_group(write: Write, given: str, expected: bool):
    """
    ``in`` asks whether a value is in a group, and ``not in`` whether it is not.
    """
    when = condition(Library.read(write(a=FLOW, countries=LIST)))
    assert when.evaluate({"where": given}, CONTEXT) is expected
    when = condition(Library.read(write(a=FLOW.replace("where in", "where not in"), countries=LIST)))
    assert when.evaluate({"where": given}, CONTEXT) is not expected


def test_a_list_counts_like_any_other(write: Write):
    """
    A list is a value: the functions over lists take it, and ``is defined`` holds for it.
    """
    for written, expected in (
        ("count(lists.countries) == 4", True),
        ('where == "se" and lists.countries.nordic is defined', True),
        ('has_any(lists.countries.nordic, ["us"])', False),
    ):
        when = condition(
            Library.read(write(a=FLOW.replace("where in lists.countries.schengen", written), countries=LIST))
        )
        assert when.evaluate({"where": "se"}, CONTEXT) is expected


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("options: lists.countries", "options: lists.contries", "SHP341", 'Did you mean "countries"?'),
        ("options: lists.countries", "options: lists.countries.nordi", "SHP342", 'Did you mean "nordic"?'),
        ("options: lists.countries", "options: list.countries", "SHP113", "lists.NAME"),
        ("in lists.countries.schengen", "in lists.countrys.schengen", "SHP341", 'Did you mean "countries"?'),
        ("in lists.countries.schengen", "in lists.countries.shengen", "SHP342", 'Did you mean "schengen"?'),
        ("in lists.countries.schengen", "in lists.countries.schengen.more", "SHP342", "no group"),
        ("in lists.countries.schengen", "in lists", "SHP341", "needs a name"),
        ("where in lists.countries.schengen", 'where == "fin"', "SHP322", 'Did you mean "fi"?'),
        (
            "where in lists.countries.schengen",
            'where == "se" or "fin" in lists.countries',
            "SHP322",
            'Did you mean "fi"?',
        ),
        ("where in lists.countries.schengen", "1 in lists.countries", "SHP321", "never one of a list of texts"),
        ("where in lists.countries.schengen", "where == lists.countries", "SHP321", "can't be compared"),
    ],
)
def test_a_slip_is_found_at_its_word(write: Write, old: str, new: str, code: str, said: str):
    """
    A list or group that there is not, a value that a list does not have, a kind that does not fit: one finding each.
    """
    found = codes(write(a=FLOW.replace(old, new), countries=LIST))

    assert [f[0] for f in found] == [code], found
    assert said in found[0][1]


def test_the_word_that_is_wrong_is_marked(write: Write):
    """
    The place of an unknown group is the word of the group, not the whole expression.
    """
    folder = write(a=FLOW.replace("countries.schengen", "countries.shengen"), countries=LIST)
    [finding] = examine(read_draft(folder))
    line = (folder / "a.yaml").read_text().splitlines()[finding.place.line - 1]

    assert line[finding.place.column - 1 : finding.place.end_column - 1] == "shengen"


def test_a_list_that_can_not_be_read_is_told_once(write: Write):
    """
    Where a list's own file is wrong, the flows that read it are not blamed too.
    """
    found = codes(write(a=FLOW, countries=LIST.replace("options: {", "optoins: {")))

    assert [f[0] for f in found] == ["SHP107"]


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"countries": LIST, "lands": LIST}, "SHP102"),
        ({"countries": LIST.replace("headings: [nordic]", "headings: [north]")}, "SHP342"),
        ({"countries": LIST.replace("[fi, se]", "[fi, sw]")}, "SHP343"),
        ({"countries": LIST.replace("[fi, se]", "[]")}, "SHP113"),
    ],
)
def test_what_is_wrong_in_a_list_is_found(write: Write, files: dict[str, str], code: str):
    """
    A second list of one name, a heading or a member that there is not, a group of nobody.
    """
    found = codes(write(a=FLOW, **files))

    assert [f[0] for f in found] == [code], found


def test_a_decision_over_groups_is_proved_complete(write: Write):
    """
    Whether branches cover all cases is weighed with the lists that they read.
    """
    whole = FLOW.replace("- otherwise: close_far", '- when: where == "us"\n        then: close_far')
    assert codes(write(a=whole, countries=LIST)) == []
    found = codes(write(a=whole.replace('where == "us"', "where not in lists.countries"), countries=LIST))
    assert [f[0] for f in found] == ["SHP324", "SHP362"]
    assert '"us"' in found[0][1]


def test_a_list_belongs_to_what_reads_it(write: Write):
    """
    A run pins the lists that its flow, the desk or a connector of its flow reads, and is made again from them.
    """
    other = FLOW.replace("flow: a", "flow: b").replace("lists.countries.schengen", '["fi"]')
    other = other.replace("options: lists.countries", "options: [fi, se]")
    desk = "desk: d\nfacts:\n  customer: {tier: {type: choice, options: lists.tiers}}\n"
    tiers = "list: tiers\noptions: {basic: Basic, premium: Premium}\n"
    library = Library.read(write(a=FLOW, b=other, countries=LIST, desk=desk, tiers=tiers))

    assert {name for name in library.bundle("a") if name[:4] == "list"} == {"list:countries", "list:tiers"}
    assert {name for name in library.bundle("b") if name[:4] == "list"} == {"list:tiers"}
    again = Library.load({name: library.document(hash_) for name, hash_ in library.bundle("a").items()})
    assert again.lists["countries"].groups == library.lists["countries"].groups
    assert tuple(again.lists["countries"].headings) == ("nordic",)
    assert condition(again).evaluate({"where": "se"}, CONTEXT) is True
    assert again.policy.facts["customer"]["tier"].type.options == ("basic", "premium")
    assert again.bundle("a") == library.bundle("a")


def test_the_order_of_a_list_is_part_of_it(write: Write):
    """
    Options in another order are another document, as people see another page; a comment is none.
    """
    first = Library.read(write(a=FLOW, countries=LIST)).hashes["list:countries"]

    assert Library.read(write(countries="# The countries\n" + LIST)).hashes["list:countries"] == first
    turned = LIST.replace("{se: Sweden, fi: Finland,", "{fi: Finland, se: Sweden,")
    assert Library.read(write(countries=turned)).hashes["list:countries"] != first


def test_looking_for_a_member_does_not_grow_with_the_list():
    """
    A value at the end of ten thousand is found as fast as one of ten.
    """
    few, many = Members(f"v{n}" for n in range(10)), Members(f"v{n}" for n in range(10_000))

    def best(members: Members) -> float:
        return min(timeit.repeat(lambda: "none" in members, number=2_000, repeat=7))

    assert best(many) < 4 * best(few)
