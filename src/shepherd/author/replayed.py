"""Many recorded runs walked over a draft: how many would come to something else, and each of them with why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from shepherd.author.difference import Difference, FlowDifference
from shepherd.author.difftold import sentences
from shepherd.author.spoken import listed, named, seen
from shepherd.author.walks import Rerun, Walk
from shepherd.flow.shown import many

#: So many runs are listed for people; programs get all.
MOST_LISTED = 200
#: What is told of each verdict, and in which order.
VERDICTS = {
    "breaks a promise": "would break a promise",
    "ends elsewhere": "would end elsewhere",
    "another way": "would go another way to the same end",
    "not followed": "could not be followed to where they stand",
}


class Told(NamedTuple):
    """A recorded run: its *id*, its ticket's *number*, its flow, and what comes of it over the draft."""

    id: str
    number: str
    flow: str
    rerun: Rerun
    why: tuple[str, ...] = ()


class Replayed(NamedTuple):
    """
    What ``replay`` tells: the *runs* that do not stay the same, of *every* one that was looked at.

    *unread* are runs whose record can't be read.
    """

    draft: str
    every: int
    runs: tuple[Told, ...]
    unread: int = 0

    @property
    def differs(self) -> bool:
        """Whether some run would end elsewhere, break a promise or lose a verification."""
        return any(one.rerun.verdict in ("ends elsewhere", "breaks a promise") or one.rerun.lost for one in self.runs)

    def of(self, verdict: str) -> int:
        """How many runs have *verdict*."""
        return sum(one.rerun.verdict == verdict for one in self.runs)


def why(difference: Difference, rerun: Rerun) -> tuple[str, ...]:
    """What differs at the step at which the two walks part, or in the values that its flow reads, as sentences."""
    last, went, goes = rerun.parts
    flow, _, step = last.partition("/")
    if rerun.lost and not (went or goes):
        return tuple(_granting(difference))[:3]
    one = difference.of(flow)
    if one is None:
        return ("What it reads beside the flows differs.",) if difference.beside else ()
    there = [text for change, text in sentences(one) if step and step in (change.was, change.step)]
    return tuple((there or _read(one))[:3])


def _granting(difference: Difference) -> Iterator[str]:
    """What differs in who establishes what."""
    for one in difference.flows:
        for change, text in sentences(one):
            if change.kind in ("grants", "withdraws") or (change.kind == "outcome" and change.name.endswith("grants")):
                yield f"{one.flow}: {text}"


def _read(one: FlowDifference) -> list[str]:
    kinds = ("value", "table", "input", "head", "outcome")
    return [text for change, text in sentences(one) if change.kind in kinds]


def as_json(replayed: Replayed) -> dict[str, Any]:
    """The object that ``replay --format json`` prints."""
    return {
        "shepherd": "replay/1",
        "draft": replayed.draft,
        "runs": replayed.every,
        "unread": replayed.unread,
        "verdicts": {verdict: replayed.of(verdict) for verdict in VERDICTS},
        "lost": sum(bool(one.rerun.lost) for one in replayed.runs),
        "listed": [_as_json(one) for one in replayed.runs],
    }


def _as_json(one: Told) -> dict[str, Any]:
    rerun = one.rerun
    last, went, goes = rerun.parts
    return {
        "run": one.id,
        "ticket": one.number,
        "flow": one.flow,
        "verdict": rerun.verdict,
        "ended": rerun.before.ended or None,
        "would_end": rerun.after.ended or None,
        "lost": list(rerun.lost),
        "parts": {"step": last or None, "went": went or None, "would_go": goes or None},
        "stopped": rerun.stopped or rerun.broke or None,
        "assumed": list(rerun.assumed),
        "why": list(one.why),
    }


def as_text(replayed: Replayed) -> str:
    """The count in one sentence, then each run that does not stay the same."""
    lines = [_counted(replayed)]
    for one in replayed.runs[:MOST_LISTED]:
        lines.append(f"{one.number}  {seen(one.flow)}: {_story(one)}")
        lines += [f"          {text}" for text in one.why]
        lines += [f"          Taken as recorded: {text}" for text in one.rerun.assumed]
    if len(replayed.runs) > MOST_LISTED:
        lines.append(f"And {many(len(replayed.runs) - MOST_LISTED, 'more run')}; --format json has all of them.")
    return "\n".join(lines) + "\n"


def _counted(replayed: Replayed) -> str:
    """``Of 4 812 runs, 211 would end elsewhere, 3 would lose a verification.``"""
    lost = sum(bool(one.rerun.lost) for one in replayed.runs)
    counts = [(replayed.of(verdict), words) for verdict, words in VERDICTS.items()]
    counts.insert(2, (lost, "would lose a verification"))
    told = [f"{_number(count)} {words}" for count, words in counts if count]
    unread = f" {_number(replayed.unread)} can't be read any more." if replayed.unread else ""
    if not replayed.every:
        return f"There is no such run in the record yet, so none was walked.{unread}"
    what = listed(told, "and") if told else "all would go the same way"
    return f"Of {_number(replayed.every)} run{'' if replayed.every == 1 else 's'}, {what}.{unread}"


def _number(count: int) -> str:
    return f"{count:,}".replace(",", " ")


def _story(one: Told) -> str:
    rerun = one.rerun
    last, went, goes = rerun.parts
    at = f"parts at {seen(last)}" if last else "parts at the beginning"
    ways = f"{at}: went to {seen(went) or 'its end'}, would go to {seen(goes) or 'no further step'}"
    if rerun.broke:
        return f"would stop: {seen(rerun.broke)}"
    lost = f" It would lose {listed([named(name) for name in rerun.lost], 'and')}." if rerun.lost else ""
    if rerun.stopped:
        return f"not followed: {seen(rerun.stopped)}" + (f" It {ways}." if went or goes else "") + lost
    if rerun.verdict == "same":
        return f"goes the same way.{lost}"
    ended = ""
    if rerun.verdict == "ends elsewhere":
        ended = f"; {_end(rerun.before, 'ended', 'stood')}, {_end(rerun.after, 'would end', 'would stand')}"
    return f"{ways}{ended}.{lost}"


def _end(walk: Walk, ends: str, stands: str) -> str:
    if walk.ended:
        return f"{ends} {seen(walk.ended)}"
    return f"{stands} at {seen(walk.stands)}" if walk.stands else f"{ends} without an outcome"


def replayed(draft: str, told: Iterable[Told | None], unread: Sequence[str] = ()) -> Replayed:
    """The report over *told*, None for each run that stays the same; *unread* are among them."""
    every = list(told)
    return Replayed(draft, len(every), tuple(one for one in every if one is not None), len(unread))
