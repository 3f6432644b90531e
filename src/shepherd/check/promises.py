"""Promises: that what they name exists, and that they are kept on every path, by every move of the engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from shepherd.check.assurance import described
from shepherd.check.grants import UNKNOWN_ASSURANCE, UNKNOWN_LEVEL, known_assurances, known_level
from shepherd.check.house import House
from shepherd.check.picked import Passing, passing, selected
from shepherd.check.promised import PROMISE_MIXES, UNKNOWN_IN_PROMISE, words_of
from shepherd.check.summaries import REPRESENTATIVE
from shepherd.check.watched import Watch
from shepherd.check.watching import Broken, follow
from shepherd.check.written import broken_kinds
from shepherd.flow.findings import Finding, Rule, allowed, nearest
from shepherd.flow.model import Need
from shepherd.flow.promised import Kind, Pick, Promise
from shepherd.flow.promised import Rule as Said

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft

NOT_BEFORE = Rule(
    "SHP421",
    "promise-not-before",
    "error",
    "A promise says that something comes before a step and still stands there; the path shows the shortest way round.",
)
NOT_FOLLOWED = Rule(
    "SHP422",
    "promise-not-followed",
    "error",
    "A promise says that something follows before the run ends; the path shows how it can end without.",
)
AFTER_ALL = Rule(
    "SHP423",
    "promise-reached-after",
    "error",
    "A promise says that a step is never reached once something has happened, even if one has gone back since; the "
    "path shows how it is.",
)
TOO_MANY = Rule(
    "SHP424",
    "promise-too-many-steps",
    "error",
    "A promise says how many steps there may be before a step; the path shows how there are more.",
)
NOTHING_PICKED = Rule(
    "SHP425",
    "promise-about-nothing",
    "warning",
    "A promise that holds for no step of the library promises nothing: its words may be out of date.",
)
RULES = (NOT_BEFORE, NOT_FOLLOWED, AFTER_ALL, TOO_MANY, NOTHING_PICKED, UNKNOWN_IN_PROMISE, PROMISE_MIXES)

BROKEN: dict[Kind, Rule] = {
    "needs": NOT_BEFORE,
    "followed_by": NOT_FOLLOWED,
    "never_after": AFTER_ALL,
    "at_most": TOO_MANY,
}
#: What mends a path that breaks a promise.
MENDS: dict[Kind, str] = {
    "needs": "Lead this path through it before, or to another step.",
    "followed_by": "Lead every way behind it there, before the end.",
    "never_after": "Lead this path to another step.",
    "at_most": "Do the same in fewer steps, or bound a loop on the way with `attempts`.",
}
#: Steps that are named one by one where a promise is broken at many.
MOST_STEPS = 20


def promises(draft: Draft) -> Iterator[Finding]:
    """What promises name and nobody knows, and those that some path breaks; nothing where flows can't be read."""
    if not draft.promises or not broken_kinds(draft).isdisjoint(("flow", "connectors")):
        return
    house: House | None = None
    for promise in draft.promises.values():
        wrong = list(words_of(draft, promise))
        wrong += _assurances(draft, promise)
        yield from wrong
        if any(finding.severity == "error" for finding in wrong):
            continue
        if not selected(draft.flows, promise.every).steps:
            yield NOTHING_PICKED.at(
                promise.every.place,
                f'The promise "{promise.name}" holds for no step: nothing is {promise.every.words}.',
                file=promise.file,
                hint="Take it out, or look at its words.",
            )
            continue
        house = house or House(draft.flows, draft.policy, draft.connectors)
        if not house.calls.cycles:
            for said in promise.rules:
                yield from _broken(house, promise, said)


def behind_causes(findings: Sequence[Finding]) -> list[Finding]:
    """
    *findings* without the broken promises on whose path something else is wrong: mended, that may keep them.

    A misspelt `requires`, or a `lookup` where something is changed, would else be told behind what comes of it.
    """
    broken = {rule.code for rule in BROKEN.values()}
    causes = {f"{f.flow}/{f.step}" for f in findings if f.severity == "error" and f.step and f.code not in broken}
    return [
        f
        for f in findings
        if f.code not in broken or causes.isdisjoint({f"{f.flow}/{f.step}", *(hop.step for hop in f.path)})
    ]


def kept(draft: Draft, findings: Sequence[Finding]) -> int:
    """How many promises of *draft* are kept on every path; none where anything else is wrong with the library."""
    ours = {rule.code for rule in RULES}
    if any(f.severity == "error" and f.code not in ours for f in findings):
        return 0
    told = [f.message for f in findings if f.code in ours]
    return sum(not any(f'"{name}"' in message for message in told) for name in draft.promises)


def watch_of(house: House, promise: Promise, said: Said) -> Watch:
    """What *said* asks for, ready to be followed through the flows of *house*."""
    steps, ends = selected(house.flows, promise.every)
    if said.kind == "at_most":
        return Watch(kind="count", goals=steps, ends=ends, counts=str(said.what), most=said.most)
    if isinstance(said.what, Need):
        return Watch(kind="assured", goals=steps, ends=ends, need=said.what)
    assert isinstance(said.what, Pick)
    passed = passing(house.flows, said.what)
    if said.kind == "followed_by":
        return Watch(kind="followed", goals=steps, ends=ends, passed=passed, owed=passing(house.flows, promise.every))
    return Watch(kind="passed" if said.kind == "needs" else "never", goals=steps, ends=ends, passed=passed)


def _broken(house: House, promise: Promise, said: Said) -> Iterator[Finding]:
    """A finding for each step at which the rule is broken, the shortest walk to it shown."""
    watch = watch_of(house, promise, said)
    found = follow(house, watch)
    if found is None:
        return
    if len(watch.goals) == 1:
        yield _finding(house, promise, said, next(iter(watch.goals)), found)
        return
    for number, goal in enumerate(sorted(watch.goals)):
        if number >= MOST_STEPS:
            return
        alone = replace(watch, goals=frozenset((goal,)))
        if watch.kind == "followed":
            alone = replace(alone, owed=_only(watch, goal))
        broken = follow(house, alone)
        if broken is not None:
            yield _finding(house, promise, said, goal, broken)


def _only(watch: Watch, goal: tuple[str, str]) -> Passing:
    owed = watch.owed
    return owed._replace(
        edges=frozenset(e for e in owed.edges if e[:2] == goal), ends=frozenset(e for e in owed.ends if e == goal)
    )


def _finding(house: House, promise: Promise, said: Said, goal: tuple[str, str], broken: Broken) -> Finding:
    flow = house.flows[goal[0]]
    step = flow.steps[goal[1]]
    hints = [MENDS[said.kind], promise.because]
    if not broken.path:
        hints.append("There is too much to look at to prove it: fewer attempts on the way, or a smaller promise.")
    elif broken.conditions:
        hints.append(f"Not weighed, so any of these may hold or not: {allowed(broken.conditions, 6)}.")
    if broken.held and isinstance(said.what, Need):
        hints.append(f"It begins with {said.what.name} in force, from an earlier contact.")
    if broken.path and not broken.sure:
        hints.append("Whether these tries and answers can come together was not made out.")
    return BROKEN[said.kind].at(
        step.place,
        f'The promise "{promise.name}" is broken: {_told(house, said, step.id)}.',
        file=flow.file,
        flow=flow.id,
        step=step.id,
        path=broken.path,
        hint=" ".join(hint for hint in hints if hint),
    )


def _told(house: House, said: Said, step: str) -> str:
    if said.kind == "at_most":
        return f'"{step}" can be reached behind more than {said.most} {said.what} steps'
    if isinstance(said.what, Need):
        what = described(said.what, house.policy)
        lapses = ", or after it has expired" if house.expires(said.what) else ""
        return f'"{step}" can be reached without {what}{lapses}'
    assert isinstance(said.what, Pick)
    words = said.what.words
    if said.kind == "needs":
        return f'"{step}" can be reached without {words} before it'
    if said.kind == "followed_by":
        return f'behind "{step}" the run can end without {words}'
    return f'"{step}" can be reached after {words}'


def _assurances(draft: Draft, promise: Promise) -> Iterator[Finding]:
    names = known_assurances(draft)
    for need in (said.what for said in promise.rules if isinstance(said.what, Need)):
        plain = need.name.removeprefix(REPRESENTATIVE)
        if plain not in names:
            hint = nearest(plain, names) or f"Assurances: {allowed(sorted(names)) or 'none'}."
            message = f'The promise "{promise.name}" needs {need.name}, which nothing grants.'
            yield UNKNOWN_ASSURANCE.at(need.place, message, file=promise.file, hint=hint)
        elif not known_level(draft, need):
            message = f'The promise "{promise.name}" needs a level that "{need.name}" does not have.'
            yield UNKNOWN_LEVEL.at(need.place, message, file=promise.file, hint="desk.yaml lists its levels.")


def broken_promises(findings: Iterable[Finding]) -> list[Finding]:
    """Those of *findings* that say that a promise is broken."""
    codes = {rule.code for rule in BROKEN.values()}
    return [finding for finding in findings if finding.code in codes]
