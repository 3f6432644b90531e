"""Walking a flow at the keyboard: the words are printed, you answer for the customer and for other systems."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from shepherd.author.hand import Hand
from shepherd.author.script import TICKET, noted
from shepherd.cli.terminal import echo
from shepherd.run import shown
from shepherd.run.api import (
    Answer,
    Blank,
    Choice,
    Continue,
    DoDue,
    Due,
    Event,
    Fields,
    Finished,
    Form,
    GoBack,
    LookupDue,
    Message,
    Question,
    Refused,
    Request,
    Time,
)

if TYPE_CHECKING:
    from shepherd.check.library import Library
    from shepherd.flow.model import Field
    from shepherd.run.state import Run

KEYS = "b back · t let the time pass · q quit"
FINE, NO_END = 0, 1


class _Quit(Exception):
    """The walk is left before its end."""


class Walker:
    """One walk by hand, on the clock of the day; no secret stands in its events."""

    def __init__(self, library: Library, flow: str, inputs: dict[str, str]):
        self.library, self.flow, self.inputs = library, flow, inputs
        self.late = timedelta()
        self.hand = Hand(library, flow, self._now())

    @property
    def events(self) -> list[Event]:
        """What came of the walk."""
        return self.hand.events

    def walk(self) -> int:
        """Walk until an end; the exit code."""
        try:
            run = self._start()
            while not run.ended:
                run = self._turn(run)
        except (_Quit, EOFError):
            echo("\nLeft before an end.", err=True)
            return NO_END
        self._words(run.waiting)
        echo(f"Ended: {run.outcome} ({run.end.code if run.end else ''})", bold=True)
        return FINE

    def _start(self) -> Run:
        flow = self.library.flows[self.flow]
        echo(flow.title, bold=True)
        echo(f"Nothing is recorded. {KEYS}\n")
        given = dict(self.inputs)
        for name, field in flow.inputs.items():
            if name not in given:
                given[name] = self._line(f"{field.label or name}: ")
        while True:
            try:
                self.hand.at = self._now()
                return self.hand.begin(given, {})
            except Refused as refused:
                echo(refused.sentence, fg="red")
                if refused.at not in flow.inputs:
                    raise _Quit from None
                given[refused.at] = self._line(f"{refused.at}: ")

    def _turn(self, run: Run) -> Run:
        waiting = run.waiting
        if not getattr(waiting, "requested", False):
            self._words(waiting)
        ask = ASK.get(type(waiting))
        if ask is None:
            echo(waiting.sentence, fg="red")
            return self._back(run)
        return ask(self, run, waiting)

    def _take(self, run: Run, given: Any, *, system: bool = False) -> Run:
        self.hand.at = self._now()
        try:
            return self.hand.take(run, given, system=system)
        except Refused as refused:
            for name, (_, sentence) in refused.fields.items():
                echo(f"{name}: {sentence}", fg="red")
            if not refused.fields:
                echo(refused.sentence, fg="red")
            return run

    # --- what is waited for --------------------------------------------------------------------

    def _message(self, run: Run, waiting: Message) -> Run:
        line = self._line("[Enter] goes on > ")
        return self._key(run, line) or self._take(run, Continue())

    def _question(self, run: Run, waiting: Question) -> Run:
        echo(waiting.question, bold=True)
        self._choices(waiting.blank.choices)
        line = self._line("> ", hidden=waiting.blank.secret)
        taken = {c.value for c in waiting.blank.choices}
        known = None if line in taken else self._key(run, line, plain=bool(taken))
        return known or self._take(run, Answer(_value(line, waiting.blank)))

    def _form(self, run: Run, waiting: Form) -> Run:
        values: dict[str, Any] = {}
        for blank in waiting.blanks:
            if blank.name not in shown(run, values):
                continue
            self._choices(blank.choices)
            line = self._line(f"{blank.label}{' (optional)' if blank.optional else ''}: ", hidden=blank.secret)
            known = self._key(run, line, plain=False)
            if known is not None:
                return known
            values[blank.name] = _value(line, blank)
        return self._take(run, Fields(values))

    def _rest(self, run: Run, waiting: Due) -> Run:
        echo(f"It rests until {waiting.due:%Y-%m-%d %H:%M} UTC.", fg="cyan")
        line = self._line("[Enter] lets the time pass, a reason goes on before > ")
        return self._key(run, line or "t") or self._take(run, Continue(line))

    def _call(self, run: Run, waiting: LookupDue) -> Run:
        if not waiting.requested:
            return self._take(run, Request(), system=True)
        connector, _, name = waiting.operation.partition(".")
        if waiting.operation.startswith(TICKET):
            echo(f"{waiting.operation}: noted on the ticket", fg="cyan")
            return self._take(run, noted(waiting), system=True)
        operation = self.library.connectors[connector].operations[name]
        echo(f"{waiting.operation} is called. What does it answer?", fg="cyan")
        names = operation.result_names()
        self._choices([Choice(value=n, label=n, key=str(i) if i < 10 else "") for i, n in enumerate(names, 1)])
        line = self._line("> ")
        known = None if line in names else self._key(run, line)
        if known is not None:
            return known
        result = names[int(line) - 1] if line.isascii() and line.isdigit() and 0 < int(line) <= len(names) else line
        values = {n: self._line(f"  {n}{_hint(f)}: ") for n, f in operation.results.get(result, {}).items()}
        return self._take(run, Finished(result, {n: v for n, v in values.items() if v}), system=True)

    # --- keys and words ------------------------------------------------------------------------

    def _key(self, run: Run, line: str, *, plain: bool = True) -> Run | None:
        """The run after a key such as ``b``, or None where *line* is no key (``:b`` works in text fields too)."""
        key = line.removeprefix(":") if line.startswith(":") or plain else ""
        if key == "q":
            raise _Quit
        if key == "b":
            return self._back(run)
        if key == "t":
            due = run.waiting.due
            if due is None:
                echo("Nothing is due at this step.")
                return run
            self.late += max(timedelta(), due - self._now())
            return self._take(run, Time(), system=True)
        return None

    def _back(self, run: Run) -> Run:
        stops = [item.visit for item in run.path if item.can_go_back]
        if not stops:
            echo("There is no step to go back to.", fg="red")
            if type(run.waiting) not in ASK:
                raise _Quit
            return run
        return self._take(run, GoBack(stops[-1]))

    def _words(self, waiting: Any) -> None:
        echo(f"\n{waiting.step}{f'  (for a {waiting.role})' if waiting.role else ''}", dim=True)
        words = waiting.words
        for mark, text, colour in (("!", words.warn, "yellow"), ("Say", words.say, None), ("Do", words.guide, "cyan")):
            if text:
                echo(f"{mark}: {text}", fg=colour)

    def _choices(self, choices: Sequence[Choice]) -> None:
        for choice in choices:
            value = f" [{choice.value}]" if choice.value != choice.label else ""
            echo(f"  {choice.key or '-'}  {choice.label}{value}")

    def _line(self, prompt: str, *, hidden: bool = False) -> str:
        if hidden and sys.stdin.isatty():
            return str(click.prompt(prompt.rstrip(" >:") or "Secret", hide_input=True, prompt_suffix=" > ")).strip()
        echo(prompt, nl=False)
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line.strip()

    def _now(self) -> datetime:
        now = datetime.now(UTC) + self.late
        return now.replace(microsecond=now.microsecond // 1000 * 1000)


ASK: dict[type, Callable[[Walker, Run, Any], Run]] = {
    Message: Walker._message,
    Question: Walker._question,
    Form: Walker._form,
    Due: Walker._rest,
    LookupDue: Walker._call,
    DoDue: Walker._call,
}


def _value(line: str, blank: Blank) -> Any:
    """What *line* stands for: the digit of a choice, or itself; several, by commas, where many may be chosen."""
    if blank.type == "many" and line:
        return [_chosen(part.strip(), blank) for part in line.split(",")] if line != "none" else []
    return _chosen(line, blank)


def _chosen(line: str, blank: Blank) -> str:
    return next((c.value for c in blank.choices if line and line in (c.key, c.value)), line)


def _hint(field: Field) -> str:
    options = [option.value for option in field.options]
    return f" ({', '.join(options)})" if options else f" ({field.type.name or field.type.kind})"
