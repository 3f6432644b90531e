"""A run that was walked, by hand or at a desk, as a scenario: the same walk, with nobody's values in it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from shepherd.author.play import Played, play
from shepherd.author.retelling import Leaf, Retold, retell
from shepherd.author.scenarios import steps_of
from shepherd.author.stand_ins import CLOSED, stand_ins
from shepherd.flow.given import Malformed, read_given
from shepherd.run.api import Event

if TYPE_CHECKING:
    from shepherd.check.library import Library

#: From how many seconds on it is told that time passed: none, a minute, any.
PATIENCE = (None, 60, 1)


class Untold(Exception):
    """A run can't be told as a scenario; the sentence says why."""

    def __init__(self, sentence: str):
        super().__init__(sentence)
        self.sentence = sentence


def scenario_of(
    library: Library, events: Sequence[Event], *, name: str = "", known: Iterable[str] = ()
) -> dict[str, Any]:
    """
    The run that *events* made, as a scenario of *library*, which it passes.

    Whatever is secret or personal, and each of the values *known*, is replaced by stand-ins with which the walk stays
    the same; a value from a list that the flow itself has stays. Raises Untold where that can't be, or where the flows
    of *library* lead elsewhere by now.
    """
    retold = retell(library, events, frozenset(known))
    if isinstance(retold, str):
        raise Untold(retold)
    given, texts = _without_persons(library, retold, _same_walk(library, retold))
    played = _played(library, retold, given, texts)
    run = played.run
    assert run is not None
    expect: dict[str, Any] = {"outcome": run.outcome} if run.ended else {"waiting": _bare(run.tip.ref, retold.flow)}
    expect["path"] = [_bare(step, retold.flow) for step in steps_of(played)]
    if run.end is not None and run.end.code:
        expect["ticket"] = {"has": [run.end.code]}
    told = f"ends {run.outcome}" if run.ended else f"waits at {_bare(run.tip.ref, retold.flow)}"
    return {"name": name or f"A recorded run that {told}", "given": _filled(given, texts), "expect": expect}


def _same_walk(library: Library, retold: Retold) -> dict[str, Any]:
    """The plainest ``given`` that walks as the run did, with the values that it had."""
    first = ""
    for least in PATIENCE:
        for repeated in (False, True):
            given = retold.given(least, repeated=repeated)
            played = _played(library, retold, given, {})
            if retold.is_walk(played):
                return given
            first = first or _why(retold, played)
    raise Untold(f"The flows as they are now do not lead this run the way it went. {first}".strip())


def _why(retold: Retold, played: Played) -> str:
    walked, went = [step for step, _ in retold.walked], [item["step"] for e in played.events for item in e.entered]
    place = next((n for n, (one, other) in enumerate(zip(walked, went, strict=False)) if one != other), None)
    if place is not None:
        return f'It went to "{walked[place]}", and now it would go to "{went[place]}".'
    return played.problem or (f"Not used: {', '.join(played.unused)}." if played.unused else "It ends otherwise.")


def _without_persons(library: Library, retold: Retold, given: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """*given* and the texts of stand-ins for what it says of persons, one after another, each keeping the walk."""
    groups: dict[str, Leaf] = {}
    for leaf in _leaves(given):
        if leaf.private and (leaf.text not in groups or groups[leaf.text].field.type.kind == "text"):
            groups[leaf.text] = leaf
    texts: dict[str, str] = {}
    today = retold.at.date()
    for number, (value, leaf) in enumerate(groups.items(), 1):
        for text in _candidates(leaf, value, number, today, taken={*groups, *texts.values()}):
            if retold.is_walk(_played(library, retold, given, {**texts, value: text})):
                texts[value] = text
                break
        else:
            raise Untold(
                f'This run went its way because of a personal value ("{leaf.field.name}"), and no stand-in that was '
                "tried leads the same way. Write this scenario by hand."
            )
    return given, texts


def _candidates(leaf: Leaf, value: str, number: int, today: date, taken: set[str]) -> Iterable[str]:
    closed = {option.value for option in leaf.field.options}
    return (text for text in stand_ins(leaf.field, value, number, today) if text not in taken or text in closed)


def _leaves(tree: Any) -> Iterable[Leaf]:
    if isinstance(tree, Leaf):
        yield tree
    elif isinstance(tree, Mapping):
        for value in tree.values():
            yield from _leaves(value)
    elif isinstance(tree, list | tuple):
        for value in tree:
            yield from _leaves(value)


def _filled(tree: Any, texts: Mapping[str, str]) -> Any:
    """*tree* as it is written, each value by its stand-in where it has one."""
    if isinstance(tree, Leaf):
        same = tree.private or (len(tree.text) > 3 and tree.field.type.kind not in CLOSED)
        return texts.get(tree.text, tree.text) if same else tree.text
    if isinstance(tree, Mapping):
        return {key: _filled(value, texts) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [_filled(value, texts) for value in tree]
    return tree


def _played(library: Library, retold: Retold, given: dict[str, Any], texts: Mapping[str, str]) -> Played:
    try:
        return play(library, retold.flow, read_given(_filled(given, texts), retold.flow))
    except Malformed as error:
        return Played(None, problem=str(error))


def _bare(step: str, flow: str) -> str:
    return step.removeprefix(f"{flow}/")
