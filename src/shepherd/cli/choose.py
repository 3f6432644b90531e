"""``--select`` and ``--ignore``: which findings are told. What is an error counts, told or not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

if TYPE_CHECKING:
    from shepherd.flow.findings import Finding

F = TypeVar("F", bound=Callable[..., Any])


def choice_options(function: F) -> F:
    """``--select`` and ``--ignore``."""
    select = click.option(
        "--select",
        multiple=True,
        metavar="CODES",
        help="Tell only these: SHP202, SHP2 (all that begin so), or a name.",
    )
    ignore = click.option("--ignore", multiple=True, metavar="CODES", help="Do not tell these warnings.")
    return select(ignore(function))


class Choice(NamedTuple):
    """The codes that are told, and those of which warnings are not."""

    selected: frozenset[str]
    ignored: frozenset[str]

    def tells(self, finding: Finding) -> bool:
        """Whether *finding* is to be told."""
        hidden = finding.code in self.ignored and finding.severity != "error"
        return finding.code in self.selected and not hidden


def choice_of(select: Iterable[str], ignore: Iterable[str]) -> Choice:
    """What the two options say; wrong use where a code is unknown, or an error is to be ignored."""
    from shepherd.check import RULES

    selected = _codes(select) or {rule.code for rule in RULES}
    ignored = _codes(ignore)
    errors = {rule.code for rule in RULES if rule.severity == "error"}
    named = {rule.name: rule.code for rule in RULES}
    for word in _words(ignore):
        if (code := named.get(word.lower(), word.upper())) in errors:
            raise click.UsageError(f"{code} is an error, and errors can't be ignored.")
    return Choice(frozenset(selected), frozenset(ignored))


def _words(options: Iterable[str]) -> list[str]:
    return [word for option in options for word in option.replace(",", " ").split()]


def _codes(options: Iterable[str]) -> set[str]:
    """The codes that *options* name: whole ones, beginnings of some, or names."""
    from shepherd.check import RULES
    from shepherd.flow.findings import nearest

    found: set[str] = set()
    for word in _words(options):
        begins = word.upper() if word.upper().startswith("SHP") else ""
        codes = {r.code for r in RULES if (begins and r.code.startswith(begins)) or r.name == word.lower()}
        if not codes:
            hint = nearest(word.upper(), [r.code for r in RULES]) or nearest(word.lower(), [r.name for r in RULES])
            raise click.UsageError(f'No code is or begins with "{word}". {hint or "shepherd rule lists them all."}')
        found |= codes
    return found
