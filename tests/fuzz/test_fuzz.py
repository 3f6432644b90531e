"""Every parser under inputs that nobody foresaw: a small part of each campaign, and all that ever failed."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from tests.fuzz import attempt as attempts
from tests.fuzz import campaign as campaigns
from tests.fuzz.attempt import attempt
from tests.fuzz.campaign import campaign, elsewhere, inputs, keep
from tests.fuzz.parser import Broken, Parser
from tests.fuzz.parsers import PARSERS

FRESH = 100
#: Of those that cost the most; all kinds of libraries are read by the same checks, and one of them gets FRESH.
FEWER = dict.fromkeys(("tables", "lists", "policy", "translation", "mask"), 60)
SEED = 20261130
KEPT = [(parser.name, path.name) for parser in PARSERS.values() for path in parser.regressions()]


@pytest.mark.parametrize("name", PARSERS)
def test_a_parser_keeps_its_promises_of_inputs_that_nobody_foresaw(name: str) -> None:
    """
    Whatever it is given, a parser ends in time with a value or a finding at its place, and the same one twice.
    """
    parser = PARSERS[name]
    given = list(islice(inputs(parser, random.Random(SEED), parser.begin()), FEWER.get(name, FRESH)))

    failures = [attempt(parser, data, twice=number % 10 == 0).failure for number, data in enumerate(given)]

    assert [failure for failure in failures if failure] == []


@pytest.mark.parametrize(("name", "file"), KEPT)
def test_what_once_failed_does_not_fail_again(name: str, file: str) -> None:
    """
    Each input that ever broke a promise is read for ever after.
    """
    path = next(path for path in PARSERS[name].regressions() if path.name == file)

    assert attempt(PARSERS[name], path.read_bytes()).failure is None


@pytest.mark.parametrize("name", ["source", "draft"])
def test_two_processes_say_the_same(name: str) -> None:
    """
    The order of a set, which is another in each process, never shows in what a parser says.
    """
    parser = PARSERS[name]

    assert elsewhere(parser, list(islice(inputs(parser, random.Random(SEED), parser.begin()), 40))) == []


class Deaf(Exception):
    """The planted mistake."""


def planted(data: bytes) -> str:
    """The expression parser, with a mistake that shows in one shape only: a choice behind a comparison in brackets."""
    read = PARSERS["expression"].read(data)
    if "'Choose', ('Compare'" in read:
        raise Deaf("A choice over a comparison can't be read.")
    return read


def slow(data: bytes) -> str:
    """A parser that takes too long for a bracket in a bracket."""
    until = time.process_time() + (0.15 if b"((" in data else 0)
    while time.process_time() < until:
        pass
    return ""


def changing(data: bytes) -> str:
    """A parser that says another thing each time of what holds a list."""
    return str(time.perf_counter_ns()) if b"[" in data else ""


def outside(data: bytes) -> str:
    """A parser whose places of negations do not lie in the text."""
    if b"not" in data:
        raise Broken(f"a place outside the text, of a negation: {len(data)}")
    return ""


@pytest.mark.parametrize(
    ("read", "what", "smallest", "seconds"),
    [
        (planted, "Deaf in", 40, 2.5),
        (changing, "two results of one input", 1, 0.8),
        (outside, "a place outside the text", 3, 0.8),
    ],
)
def test_a_planted_mistake_is_found_and_made_small(
    read: campaigns.Callable[[bytes], str],
    what: str,
    smallest: int,
    seconds: float,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """
    A parser that breaks a promise for some shape is caught by a few seconds of its campaign, and the input is kept.
    """
    monkeypatch.setattr(campaigns, "CORPUS", tmp_path)
    monkeypatch.setattr(campaigns, "elsewhere", lambda parser, sample: [])
    parser = replace(PARSERS["expression"], name="planted", read=read, seeds=lambda: [b"n", b'r.status == "down"'])

    told = campaign(parser, seconds, SEED, lambda text: None)

    failure = next(f for name, f in told.failures.items() if name.startswith(what))
    assert len(failure.data) <= smallest
    assert [(tmp_path / name).read_bytes() for name in keep(told)] == [f.data for f in told.failures.values()]


def test_an_input_that_takes_too_long_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    What takes more than it may is told, though it gives the right result at last.
    """
    monkeypatch.setattr(attempts, "LONGEST", 0.1)
    parser = replace(PARSERS["expression"], read=slow)

    assert attempt(parser, b"(n)", twice=False).failure is None
    failure = attempt(parser, b"((n))", twice=False).failure
    assert failure is not None
    assert failure.what == "slow"


def test_inputs_that_reach_new_lines_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A campaign is led by the lines it reaches: from one seed it keeps inputs, and reaches more lines than the seed does.
    """
    monkeypatch.setattr(campaigns, "elsewhere", lambda parser, sample: [])
    parser: Parser = replace(PARSERS["cell"], seeds=lambda: [b"number\nany"], make=None, name="none")

    short, long = (campaign(parser, seconds, SEED, lambda text: None) for seconds in (0.0, 0.6))

    assert long.kept > 3
    assert long.lines > short.lines + 10
