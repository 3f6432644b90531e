"""Promises in plain sentences, each of which knows its line, and the flows with steps that it holds for. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from shepherd.author.spoken import article, listed, named, seen, sentence
from shepherd.check.armed import concerned
from shepherd.check.summaries import REPRESENTATIVE
from shepherd.flow.beside import Policy
from shepherd.flow.model import Need
from shepherd.flow.promised import Kind, Pick, Promise, Rule
from shepherd.flow.shown import many

if TYPE_CHECKING:
    from shepherd.check.library import Library
    from shepherd.flow.draft import Draft

#: How a step is spoken of, by the key that picks it.
STEPS: Mapping[str, Callable[[str], str]] = {
    "tag": lambda words: f"is tagged {words}",
    "verb": lambda words: f"is {article(words)}",
    "connector": lambda words: f"calls {words}",
    "category": lambda words: f"lies in a flow of {words}",
    "flow": lambda words: f"lies in the flow {words}",
}


class Vow(NamedTuple):
    """A promise in sentences: its *text*, why (*because*, "" where not said), and where it stands in *file*."""

    name: str
    text: str
    because: str
    file: str
    line: int


def vows(draft: Draft | Library, flow: str) -> Iterator[Vow]:
    """The promises of *draft* that hold for steps of *flow*, in their order."""
    for promise in draft.promises.values():
        if flow in concerned(draft.flows, promise):
            text = " ".join(sentence(rule) for rule in _told(promise, draft.policy))
            yield Vow(promise.name, text, seen(promise.because), promise.file, promise.place.line)


def _told(promise: Promise, policy: Policy) -> Iterator[str]:
    """One sentence for each kind of rule, with all that it asks for."""
    rules: dict[Kind, list[Rule]] = {}
    for rule in promise.rules:
        rules.setdefault(rule.kind, []).append(rule)
    ends = bool({"outcome", "resolves"} & set(promise.every.keys))
    for kind, listed_rules in rules.items():
        said = [_rule(rule, policy) for rule in listed_rules]
        yield KINDS[kind](_end(promise.every) if ends else _steps(promise.every), said, ends)


KINDS: Mapping[Kind, Callable[[str, list[str], bool], str]] = {
    "needs": lambda every, said, ends: f"Before {every}, {listed(said, 'and')}",
    "followed_by": lambda every, said, ends: f"After {every} and before the run ends, {listed(said, 'and')}",
    "never_after": lambda every, said, ends: f"Once {listed(said, 'or')}, {every} is never reached",
    "at_most": lambda every, said, ends: f"Before {every}, there are {listed(said, 'and')}",
}


def _rule(rule: Rule, policy: Policy) -> str:
    if isinstance(rule.what, Need):
        declared = policy.assurances.get(rule.what.name.removeprefix(REPRESENTATIVE))
        levels = declared.levels if declared else ()
        level = f" at the level {seen(levels[rule.what.level - 1])}" if 0 < rule.what.level <= len(levels) else ""
        return f"{named(rule.what.name)} must be established{level}"
    if isinstance(rule.what, str):
        return f"at most {many(rule.most, f'{rule.what} step')}"
    return _happened(rule.what) if rule.kind == "never_after" else _passed(rule.what)


def _passed(pick: Pick) -> str:
    """``refund/approval must have been answered with approved``."""
    gave = _gave(pick)
    if "field" in pick.keys:
        return f"{_any(pick, 'field')} must have been filled in"
    if "flow" in pick.keys and not STEPS.keys() & set(pick.keys) - {"flow"} and "step" not in pick.keys:
        ended = f", to {_any(pick, 'outcome')}" if "outcome" in pick.keys else ""
        return f"the flow {_any(pick, 'flow')} must have been gone through{ended}"
    return f"{_steps(pick)} must have {gave or 'been passed'}"


def _happened(pick: Pick) -> str:
    """``a step that calls orders.refund gave ok``."""
    if "field" in pick.keys:
        return f"{_any(pick, 'field')} was filled in"
    if "flow" in pick.keys and not STEPS.keys() & set(pick.keys) - {"flow"} and "step" not in pick.keys:
        ended = f", to {_any(pick, 'outcome')}" if "outcome" in pick.keys else ""
        return f"the flow {_any(pick, 'flow')} was gone through{ended}"
    return f"{_steps(pick)} has {_gave(pick) or 'been passed'}"


def _gave(pick: Pick) -> str:
    if "answer" in pick.keys:
        return f"been answered with {_any(pick, 'answer')}"
    return f"given {_any(pick, 'result')}" if "result" in pick.keys else ""


def _steps(pick: Pick) -> str:
    """``a step that is tagged account change and lies in billing``, or the step itself."""
    if "step" in pick.keys:
        return f"the step {_any(pick, 'step')}"
    parts = [say(_any(pick, key)) for key, say in STEPS.items() if key in pick.keys]
    return f"a step that {listed(parts, 'and')}" if parts else "a step"


def _end(pick: Pick) -> str:
    parts = [f"as {_any(pick, 'outcome')}"] if "outcome" in pick.keys else []
    if "resolves" in pick.keys:
        parts.append("resolved" if pick.texts("resolves") == ("true",) else "unresolved")
    inside = [say(_any(pick, key)) for key, say in STEPS.items() if key in pick.keys]
    where = f" at a step that {listed(inside, 'and')}" if inside else ""
    return f"a run ends {listed(parts, 'and')}{where}"


def _any(pick: Pick, key: str) -> str:
    words = [named(word) if key == "tag" else seen(word) for word in pick.texts(key)]
    return listed(words, "or")
