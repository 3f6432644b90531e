"""Trying a flow: a script is walked anew each time, says nothing secret, and leads to any step that one asks for."""

from __future__ import annotations

import base64
import json
import zlib
from pathlib import Path

import pytest

from shepherd.author.jump import as_script, script_to
from shepherd.author.known import values_of
from shepherd.author.scenarios import run_scenario
from shepherd.author.snapshot import snapshot
from shepherd.author.trial import MOST_BYTES, MOST_MOVES, Script, pack, plain, unpack, walk
from shepherd.check.library import Library
from shepherd.desk.clock import days
from shepherd.flow.given import Malformed, Scenario
from shepherd.flow.scenario_files import read_scenarios
from shepherd.run.api import Refused

BENCH = Path(__file__).parent / "bench"
ROOT = Path(__file__).resolve().parents[2]
START = {"inputs": {"number": "O-7"}, "at": "2026-03-02T10:00:00+02:00"}


@pytest.fixture(scope="module")
def library() -> Library:
    return Library.read(BENCH)


@pytest.fixture(scope="module")
def scenarios() -> tuple[Scenario, ...]:
    document = snapshot(BENCH, days()).draft.scenarios[0]
    return read_scenarios(document.typed, document.file, document.root)


def at(library: Library, *moves: dict[str, object]) -> Script:
    return Script(START, moves)


def test_the_date_and_what_other_systems_answer_are_chosen(library: Library) -> None:
    """The same answer leads elsewhere on another day, for the flow compares it with today."""
    late = {"result": "ok", "values": {"status": "late", "due": "2026-03-05"}}
    begun = walk(library, "parcel", at(library, {"go": ""}, late))
    later = walk(library, "parcel", Script({**START, "at": "2026-03-09T10:00:00+02:00"}, ({"go": ""}, late)))

    assert begun.run.tip.ref == "goodbye/pin"
    assert later.run.tip.ref == "parcel/again"


def test_every_scenario_walks_the_same_as_a_script(library: Library, scenarios: tuple[Scenario, ...]) -> None:
    """The same steps to the same end, through an address and back."""
    for scenario in scenarios:
        script = as_script(library, scenario)
        assert script is not None
        trial = walk(library, "parcel", unpack(pack(script)))

        assert trial.stopped == ""
        assert trial.run.outcome == scenario.expect.outcome
        steps = [item["step"] for event in trial.events for item in event.entered]
        assert tuple(steps) == run_scenario(library, scenario).path


def test_a_secret_is_in_no_script(library: Library, scenarios: tuple[Scenario, ...]) -> None:
    """A script stands in an address, which browsers keep: what was typed is replaced by a value of the same form."""
    script = as_script(library, scenarios[0])
    assert script is not None
    assert "4071" not in json.dumps(script)
    typed = {"fields": {"pin": "9132", "happy": "true"}}
    here = walk(library, "parcel", Script(script.given, script.moves[:2]))
    kept = plain(here.run, typed)

    assert kept["fields"]["happy"] == "true"
    assert kept["fields"]["pin"] != "9132"
    assert len(kept["fields"]["pin"]) == 4
    here.take(kept)


def test_a_move_that_does_not_fit_any_more_is_named_and_the_walk_stops_there(library: Library) -> None:
    """The flow may have been changed since: what can still be walked is shown."""
    trial = walk(library, "parcel", at(library, {"go": ""}, {"answer": "yes"}, {"go": ""}))

    assert trial.taken == 1
    assert trial.run.tip.ref == "parcel/look"
    assert trial.stopped.startswith("Move 2 of 3 does not fit any more: ")


def test_what_comes_of_a_change_is_chosen(library: Library) -> None:
    """Done or failed: both ways can be tried, and nothing is done elsewhere."""
    late = {"result": "ok", "values": {"status": "late", "due": "2026-03-01"}}
    once = ({"go": ""}, late, {"answer": "yes"}, {"result": "error"})
    assert walk(library, "parcel", at(library, *once)).run.outcome == "left"
    assert walk(library, "parcel", at(library, *once[:3], {"result": "ok"})).run.outcome == "sent_again"


def test_time_passes_as_one_likes(library: Library) -> None:
    """So many minutes or days, and never beyond the years that walks take place in."""
    assert walk(library, "parcel", at(library, {"pass": "2d"})).hand.at.isoformat() == "2026-03-04T08:00:00+00:00"
    assert "beyond" in walk(library, "parcel", at(library, {"pass": "999999d"})).stopped
    assert "does not fit" in walk(library, "parcel", at(library, {"time": True})).stopped


@pytest.mark.parametrize("step", ["greet", "look", "judge", "again", "send", "tell", "close", "close_again", "leave"])
def test_every_step_is_come_to_without_a_scenario(library: Library, step: str) -> None:
    """A way is looked for; the walk that is found really comes there."""
    script = script_to(library, "parcel", step, ())
    assert script is not None
    trial = walk(library, "parcel", script)

    assert f"parcel/{step}" in [item["step"] for event in trial.events for item in event.entered]


def test_a_scenario_that_comes_there_leads(library: Library, scenarios: tuple[Scenario, ...]) -> None:
    """With its own inputs and day; no further than to the step."""
    script = script_to(library, "parcel", "again", scenarios)

    assert script is not None
    assert script.given["inputs"] == {"number": "O-2"}
    assert walk(library, "parcel", script).run.tip.ref == "parcel/again"


def test_no_way_is_none(tmp_path: Path) -> None:
    """A step that no values lead to is told as such, after a bounded search."""
    for path in BENCH.glob("*.yaml"):
        if "scenarios" not in path.name:
            (tmp_path / path.name).write_text(path.read_text().replace("today > order.due", "visits.look > 5"))
    shut = snapshot(tmp_path, days()).library

    assert shut is not None
    assert script_to(shut, "parcel", "look", ()) is not None
    assert script_to(shut, "parcel", "again", ()) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "AAAA",
        "é",
        "a" * 20_000,
        *(
            base64.urlsafe_b64encode(zlib.compress(t.encode())).decode()
            for t in (
                "[]",
                "[{},[1]]",
                '[{},[{"a":1,"b":2,"c":3}]]',
                "[[],{}]",
                '{"given":{}}',
                "[" * 9999,
                f"[{{}},{[{'go': ''}] * (MOST_MOVES + 1)}]".replace("'", '"'),
            )
        ),
    ],
)
def test_what_is_no_script_of_ours_is_refused(text: str) -> None:
    """With a sentence; whoever writes an address by hand meets no traceback."""
    with pytest.raises(Malformed, match="not whole"):
        unpack(text)


def test_a_script_that_unpacks_to_very_much_is_refused() -> None:
    """However small it is when packed."""
    bomb = base64.urlsafe_b64encode(zlib.compress(b'[{"at":"' + b"x" * 20 * MOST_BYTES + b'"},[]]', 9)).decode()
    with pytest.raises(Malformed):
        unpack(bomb)
    with pytest.raises(Malformed, match="at most"):
        Script({}, ({"go": ""},) * MOST_MOVES).on({"go": ""})


def test_a_wrong_input_is_refused_with_its_name(library: Library) -> None:
    """So that the page can say it at its field."""
    with pytest.raises(Refused) as refused:
        walk(library, "parcel", Script({"at": START["at"]}))

    assert refused.value.at == "number"


def test_all_that_is_known_is_told(library: Library) -> None:
    """Inputs, results field by field, what is worked out from them; of the secret nothing at all."""
    late = {"result": "ok", "values": {"status": "sent", "due": "2026-03-05"}}
    moves = ({"go": ""}, late, {"fields": {"pin": "9132", "happy": "true"}}, {"result": "ok"}, {"go": ""})
    trial = walk(library, "parcel", at(library, *moves))
    told = {one.name: one.text for group in values_of(trial.run) for one in group.values}

    assert trial.run.outcome == "told"
    assert told == {"number": "O-7", "order.status": "sent", "order.due": "2026-03-05", "overdue": "false"}
    assert "9132" not in repr(trial.events)
