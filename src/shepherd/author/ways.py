"""Where a step leads, in sentences: one row per kind of way, each with the step that comes next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

from shepherd.author import spoken
from shepherd.author.english import English
from shepherd.author.fieldwords import option_words
from shepherd.author.spoken import listed, named, seen
from shepherd.flow.beside import Policy
from shepherd.flow.findings import Place
from shepherd.flow.model import Ask, Attempts, Decide, Edge, Flow, Grant, Step

PER = {
    "run": "in one run",
    "call": "each time that this flow is gone through",
    "ticket": "on one ticket, all its runs together",
    "customer": "by one customer",
}


class Ways:
    """Says the ways out of the steps of one flow."""

    def __init__(self, flow: Flow, policy: Policy, english: English):
        self._flow, self._policy, self._english = flow, policy, english
        self._number = {step: number for number, step in enumerate(flow.steps, 1)}

    def to(self, target: str) -> str:
        """``go to NAME (step 4)``."""
        number = self._number.get(target)
        return f"go to {seen(target)}" + (f" (step {number})" if number else ", which is no step of this flow")

    def of(self, step: Step) -> Iterator[tuple[Place, str]]:
        """Every way out of *step* as (where it is written, sentence), ways alike taken together."""
        for (kind, target, _), alike in groupby(_as_taken(step), _alike):
            edges = list(alike)
            row = SAYS.get(kind)
            if row is None:
                continue
            so = f"then {self.to(target)}{self._granted(edges[0].grants)}"
            yield edges[0].place, row(self, step, [_detail(edge) for edge in edges], so)

    def _granted(self, grants: Sequence[Grant]) -> str:
        given = self.grants(grants)
        return f"; with that, {given}" if given else ""

    def grants(self, grants: Sequence[Grant]) -> str:
        """``identity is established for 30 minutes``; empty where nothing is."""
        return listed([self._grant(grant) for grant in grants], "and")

    def _grant(self, grant: Grant) -> str:
        declared = self._policy.assurances.get(grant.name)
        life = grant.expires if grant.expires is not None else (declared.expires if declared else None)
        lasting = f" for {spoken.span(life)}" if life is not None else ""
        return f"{named(grant.name)} is established{self.level(grant.name, grant.level)}{lasting}"

    def level(self, name: str, level: int) -> str:
        """`` at the level strong``; empty where the assurance has no levels."""
        declared = self._policy.assurances.get(name.rpartition(".")[2])
        levels = declared.levels if declared else ()
        return f" at the level {seen(levels[level - 1])}" if 0 < level <= len(levels) else ""

    # --- one row per kind of way -------------------------------------------------------------------

    def _then(self, step: Step, details: list[str], so: str) -> str:
        return spoken.sentence(so)

    def _answer(self, step: Step, details: list[str], so: str) -> str:
        options = step.action.field.options if isinstance(step.action, Ask) else ()
        labels = {option.value: option_words(option) for option in options}
        return f"If the answer is {listed([labels.get(d, seen(d)) for d in details], 'or')}, {so}."

    def _result(self, step: Step, details: list[str], so: str) -> str:
        plain = [seen(d) for d in details if d not in ("error", "unknown")]
        said = [f"the result is {listed(plain, 'or')}"] if plain else []
        said += ["it fails (error)"] if "error" in details else []
        said += ["no reply comes, so that it may have been done (unknown)"] if "unknown" in details else []
        return f"If {listed(said, 'or')}, {so}."

    def _outcome(self, step: Step, details: list[str], so: str) -> str:
        return f"If it ends as {listed([seen(d) for d in details], 'or')}, {so}."

    def _when(self, step: Step, details: list[str], so: str) -> str:
        by = {b.by.partition(":")[2]: b for b in step.action.branches} if isinstance(step.action, Decide) else {}
        said = [self._english.holds(by[d].when.tree) for d in details if d in by]
        return f"If {', or if '.join(said)}, {so}."

    def _otherwise(self, step: Step, details: list[str], so: str) -> str:
        return f"Otherwise {so.removeprefix('then ')}."

    def _out_of_attempts(self, step: Step, details: list[str], so: str) -> str:
        return f"Once {tries(step.attempts)}, {so}."

    def _unmet(self, step: Step, details: list[str], so: str) -> str:
        needed = listed([named(need.name) for need in step.requires], "or")
        return f"If {needed} is missing by now, perhaps because it has expired, {so}."

    def _no_answer(self, step: Step, details: list[str], so: str) -> str:
        after = step.no_answer if step.no_answer is not None else self._flow.no_answer
        return f"If nobody answers within {spoken.span(after)}, {so}."


def tries(attempts: Attempts | None) -> str:
    """``it was tried 2 times in one run``."""
    if attempts is None:
        return "no try is left"
    within = f" within {spoken.span(attempts.within)}" if attempts.within is not None else ""
    return f"it was tried {spoken.times(attempts.most)} {PER[attempts.per]}{within}"


def _as_taken(step: Step) -> list[Edge]:
    """The ways out of *step* in the order in which they are taken: ``otherwise`` behind every condition."""
    ways = list(step.edges.values())
    if "otherwise" in step.edges:
        ways.sort(key=lambda edge: IN_TURN.get(edge.by.partition(":")[0], len(IN_TURN)))
    return ways


def _alike(edge: Edge) -> tuple[str, str, object]:
    """What ways have in common that are said in one sentence; a condition always stands alone."""
    kind, _, detail = edge.by.partition(":")
    return kind, edge.target, (edge.grants, detail if kind == "when" else "")


def _detail(edge: Edge) -> str:
    return edge.by.partition(":")[2]


#: The ways of a decide, wherever its lines stand.
IN_TURN = {"when": 0, "otherwise": 1}
#: The kinds of ways, by what stands in front of the colon of their name.
SAYS: Mapping[str, Callable[[Ways, Step, list[str], str], str]] = {
    "then": Ways._then,
    "answer": Ways._answer,
    "result": Ways._result,
    "outcome": Ways._outcome,
    "when": Ways._when,
    "otherwise": Ways._otherwise,
    "out_of_attempts": Ways._out_of_attempts,
    "unmet": Ways._unmet,
    "no_answer": Ways._no_answer,
}
