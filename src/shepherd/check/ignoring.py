"""What is not told: warnings that a comment at their place gives a reason for, and what the library sets to be off."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from shepherd.flow.comments import Comment, comments
from shepherd.flow.findings import NOWHERE, Finding, Rule, nearest

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft

NO_REASON = Rule(
    "SHP941",
    "ignore-without-reason",
    "warning",
    "Who reads the flow next year has to learn why a warning was set aside: `# shepherd: ignore CODE because REASON`.",
)
HIDES_NOTHING = Rule(
    "SHP942",
    "ignores-nothing",
    "warning",
    "A comment that sets nothing aside is left over; it would hide the next mistake at its place unseen.",
)
CAN_NOT = Rule(
    "SHP943",
    "can-not-be-ignored",
    "warning",
    "A comment sets warnings aside, by their codes. What is an error, by itself or because desk.yaml makes it one, "
    "can't be ignored.",
)
WRONG_SETTING = Rule(
    "SHP944",
    "wrong-check-setting",
    "error",
    "`checks` in desk.yaml sets what a warning counts as: error, warning or off. An error stays one, and a misspelt "
    "code would set nothing.",
)
RULES = (NO_REASON, HIDES_NOTHING, CAN_NOT, WRONG_SETTING)

_IGNORE = re.compile(r"ignore\s+((?:SHP\d{3})(?:[\s,]+SHP\d{3})*)(?:\s+because\b\s*(.*))?$")


def as_set(draft: Draft, findings: Iterable[Finding], rules: Collection[Rule]) -> list[Finding]:
    """*findings* with the severities that the library sets, and what is wrong with these settings."""
    checks = draft.policy.checks
    warnings = {rule.code for rule in rules if rule.severity == "warning"}
    set_: list[Finding] = []
    for finding in findings:
        setting = checks.get(finding.code, "") if finding.code in warnings else ""
        if setting == "error":
            set_.append(replace(finding, severity="error"))
        elif setting != "off":
            set_.append(finding)
    return [*set_, *_wrong_settings(draft, {rule.code for rule in rules}, warnings)]


def _wrong_settings(draft: Draft, known: set[str], warnings: set[str]) -> Iterator[Finding]:
    for code in draft.policy.checks:
        if code not in warnings:
            message = f"{code} is an error, and stays one." if code in known else f'There is no code "{code}".'
            hint = "Take it out." if code in known else nearest(code, sorted(warnings)) or "shepherd rule lists them."
            place = draft.policy.places.get(f"checks.{code}", NOWHERE)
            yield WRONG_SETTING.at(place, message, file=draft.policy.file, hint=hint)


class _Ignore(NamedTuple):
    """A comment that sets *codes* aside."""

    file: str
    comment: Comment
    codes: tuple[str, ...]
    reason: str


def without_ignored(
    draft: Draft, findings: Iterable[Finding], rules: Collection[Rule], judged: Collection[str]
) -> list[Finding]:
    """
    *findings* without the warnings that a comment at their place sets aside, and with what is wrong with such comments.

    *judged* are the codes that were looked for: of another, nobody can say that there is nothing to ignore.
    """
    ignores: list[_Ignore] = []
    wrong: list[Finding] = []
    for file, text in draft.sources.items():
        for comment in comments(text) if file.endswith(".yaml") else ():
            read = _IGNORE.match(comment.text)
            if read is None:
                wrong.append(_unreadable(file, comment, rules))
            else:
                codes = tuple(re.findall(r"SHP\d{3}", read[1]))
                ignores.append(_Ignore(file, comment, codes, (read[2] or "").strip()))
    if not ignores:
        return [*findings, *wrong]
    listed = list(findings)
    kept, hidden = _parted(listed, ignores)
    wrong += (f for ignore in ignores for f in _misused(draft, ignore, rules))
    if not any(finding.severity == "error" for finding in listed):
        wrong += (f for ignore in ignores for f in _left_over(ignore, hidden, rules, judged))
    return [*kept, *wrong]


def _parted(findings: list[Finding], ignores: list[_Ignore]) -> tuple[list[Finding], set[tuple[int, str]]]:
    """The findings that are told, and which comments, by identity, set which codes aside."""
    by_file: dict[str, list[_Ignore]] = {}
    for ignore in ignores:
        by_file.setdefault(ignore.file, []).append(ignore)
    kept, hidden = [], set[tuple[int, str]]()
    for finding in findings:
        over = [
            ignore
            for ignore in by_file.get(finding.file, ())
            if finding.code in ignore.codes and ignore.comment.first <= finding.place.line <= ignore.comment.last
        ]
        if over and finding.severity == "warning":
            hidden |= {(id(ignore), finding.code) for ignore in over}
        else:
            kept.append(finding)
    return kept, hidden


def _unreadable(file: str, comment: Comment, rules: Collection[Rule]) -> Finding:
    message = f'"{comment.text[:60]}" is nothing that a comment can say to Shepherd.'
    named = {word: rule.code for rule in rules for word in comment.text.split() if word.rstrip(":,") == rule.name}
    hint = "Write: # shepherd: ignore CODE because REASON. A code is like SHP902; names are not taken."
    for name, code in named.items():
        hint = f"Names are not taken here: write {code} for {name}."
    return CAN_NOT.at(comment.place, message, file=file, hint=hint)


def _misused(draft: Draft, ignore: _Ignore, rules: Collection[Rule]) -> Iterator[Finding]:
    """A comment without a reason, or for what can't be ignored."""
    known = {rule.code: rule.severity for rule in rules}
    place = ignore.comment.place
    for code in ignore.codes:
        if code not in known:
            hint = nearest(code, sorted(known)) or "shepherd rule lists them."
            yield CAN_NOT.at(place, f'There is no code "{code}".', file=ignore.file, hint=hint)
        elif known[code] == "error" or draft.policy.checks.get(code) == "error":
            where = "" if known[code] == "error" else " in this library (see `checks` in desk.yaml)"
            message = f"{code} is an error{where}, and errors can't be ignored."
            yield CAN_NOT.at(place, message, file=ignore.file, hint="Mend what it tells, and take this comment out.")
    if not ignore.reason:
        message = f"No reason is given for setting {' and '.join(ignore.codes)} aside."
        hint = f"Write: # shepherd: ignore {', '.join(ignore.codes)} because REASON."
        yield NO_REASON.at(place, message, file=ignore.file, hint=hint)


def _left_over(
    ignore: _Ignore, hidden: set[tuple[int, str]], rules: Collection[Rule], judged: Collection[str]
) -> Iterator[Finding]:
    """The codes of a comment that are not found at its place."""
    warnings = {rule.code for rule in rules if rule.severity == "warning"}
    for code in ignore.codes:
        if code in warnings and code in judged and (id(ignore), code) not in hidden:
            lines = f"line {ignore.comment.first}"
            message = f"There is no {code} in {lines} to ignore."
            hint = "Take this comment out. It stands in the line of the finding, or in the line above."
            yield HIDES_NOTHING.at(ignore.comment.place, message, file=ignore.file, hint=hint)
