"""The words of a promise: whether what they name exists, and whether they go together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from shepherd.check.picked import END_KEYS, matcher, passed_by
from shepherd.check.written import broken_kinds
from shepherd.flow.findings import Finding, Rule, allowed, nearest
from shepherd.flow.model import Ask, Collect
from shepherd.flow.promised import Pick, Promise, Word

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft

UNKNOWN_IN_PROMISE = Rule(
    "SHP426",
    "unknown-in-promise",
    "error",
    "A promise names steps, tags, flows and fields of the library; a misspelt one would never be asked for.",
)
PROMISE_MIXES = Rule(
    "SHP427",
    "promise-mixes",
    "error",
    "A promise speaks of steps, of a field, of a flow that is gone through, or of the ends of runs: of one at a time.",
)


def words_of(draft: Draft, promise: Promise) -> Iterator[Finding]:
    """Words that nobody knows, and words that do not go together."""
    yield from _every(promise)
    for key, words in promise.every.keys.items():
        yield from _unknown(draft, promise, key, words)
    for said in promise.rules:
        if isinstance(said.what, Pick):
            yield from _mixed(promise, said.what)
            for key, words in said.what.keys.items():
                yield from _unknown(draft, promise, key, words)
            yield from _ways(draft, promise, said.what)
        elif said.kind not in ("needs", "at_most"):
            yield _mix(promise, said.place, f"An assurance can't stand under {said.kind}: it is needed, or not.")


def _every(promise: Promise) -> Iterator[Finding]:
    keys = promise.every.keys
    if END_KEYS.isdisjoint(keys.keys() - {"flow", "category"}):
        return
    others = [key for key in keys if key not in END_KEYS]
    if others:
        place = keys[others[0]][0].place
        yield _mix(promise, place, f"Ends of a run have an outcome, but no {others[0]}.")
    if any(said.kind == "followed_by" for said in promise.rules):
        yield _mix(promise, promise.every.place, "Nothing follows the end of a run.")


def _mixed(promise: Promise, pick: Pick) -> Iterator[Finding]:
    for alone, with_ in (("assurance", {"level"}), ("field", set[str]()), ("flow", {"outcome"})):
        others = [key for key in pick.keys if key != alone and key not in with_]
        if alone in pick.keys and others:
            place = pick.keys[others[0]][0].place
            yield _mix(promise, place, f'"{others[0]}" does not go with "{alone}".')
            return
    if "outcome" in pick.keys and "flow" not in pick.keys:
        yield _mix(promise, pick.keys["outcome"][0].place, '"outcome" needs the flow that ends with it.')


def _mix(promise: Promise, place: object, message: str) -> Finding:
    return PROMISE_MIXES.at(place, message, file=promise.file, hint="Make two promises of it.")  # type: ignore[arg-type]


def _ways(draft: Draft, promise: Promise, pick: Pick) -> Iterator[Finding]:
    """Answers and results that no step so picked has; silent where a flow can't be read, which may have them."""
    if "flow" in broken_kinds(draft):
        return
    fits = matcher(pick)
    chosen = [s for f in draft.flows.values() for s in f.steps.values() if fits(f, s)]
    for key, kinds in (("answer", ("answer",)), ("result", ("result", "outcome"))):
        known = {by.partition(":")[2] for s in chosen for by in passed_by(s) if by.partition(":")[0] in kinds}
        for word in pick.keys.get(key, ()):
            if word.text not in known:
                yield from _say(promise, key, word, known)


def _unknown(draft: Draft, promise: Promise, key: str, words: Iterable[Word]) -> Iterator[Finding]:
    known = _known(draft).get(key)
    if known is None or "flow" in broken_kinds(draft):
        return
    for word in words:
        if word.text not in known:
            yield from _say(promise, key, word, known)


def _say(promise: Promise, key: str, word: Word, known: Iterable[str]) -> Iterator[Finding]:
    names = sorted(known)
    yield UNKNOWN_IN_PROMISE.at(
        word.place,
        f'The promise "{promise.name}" names the {key} "{word.text}", which there is not.',
        file=promise.file,
        hint=nearest(word.text, names) or f"There are: {allowed(names) or 'none'}.",
    )


def _known(draft: Draft) -> Mapping[str, set[str]]:
    """Every word that may stand under a key."""
    flows = draft.flows.values()
    operations = {f"{c.name}.{o}" for c in draft.connectors.values() for o in c.operations}
    steps = [(flow, step) for flow in flows for step in flow.steps.values()]
    fields = {f"{f.id}/{s.id}.{n}" for f, s in steps if isinstance(s.action, Collect) for n in s.action.fields}
    return {
        "tag": {step.tag for _, step in steps if step.tag} | set(draft.policy.tags),
        "connector": operations | set(draft.connectors),
        "category": {flow.category for flow in flows} | set(draft.policy.categories),
        "flow": {flow.id for flow in flows},
        "step": {f"{flow.id}/{step.id}" for flow, step in steps},
        "outcome": {o for f in flows for o in f.outcomes} | {f"{f.id}.{o}" for f in flows for o in f.outcomes},
        "field": fields | {f"{f.id}/{s.id}" for f, s in steps if isinstance(s.action, Ask)},
    }
