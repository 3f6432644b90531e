"""From what came back to a result with its fields, or to the reason why it is none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo

from shepherd.connect.body import read_json
from shepherd.connect.client import Answer, NoAnswer
from shepherd.flow.beside import Operation
from shepherd.flow.http import Asked, Line, at_path
from shepherd.flow.model import Field
from shepherd.flow.types import Refusal, check_field, to_json, to_text

BUSY = (429, 502, 503, 504)
# Refused before anything was done, as far as these say; 408 and 409 may come after the work was begun.
NOT_REFUSED = (408, 409)


class Unusable(NoAnswer):
    """An answer came that is no result; *after* are the seconds to wait before another try, where it says so."""

    def __init__(self, sentence: str, status: int, after: float = 0.0):
        refused = 400 <= status < 500 and status not in NOT_REFUSED
        super().__init__(sentence, sent=not refused, again=status in BUSY)
        self.status, self.after = status, after


def result_of(
    operation: Operation, asked: Asked, answer: Answer, inputs: Mapping[str, Any], *, most: int, zone: str
) -> tuple[str, dict[str, Any]]:
    """
    The result that *answer* is, and its fields as JSON; raises Unusable.

    *most* bytes are unpacked; moments with an offset become times of *zone*, as flows know them.
    """
    status = answer.status
    lines = [line for line in asked.replies if line.fits(status)]
    if not lines:
        raise Unusable(_not_expected(status), status, _after(answer))
    try:
        said = read_json(answer, most)
    except NoAnswer as error:
        raise Unusable(error.sentence, status) from None
    line = next((line for line in lines if _where(line, said)), None)
    if line is None:
        raise Unusable(f"no line of `replies` fits what came with status {status}", status)
    _same_person(asked, said, inputs, status)
    return line.result, _values(operation.results.get(line.result, {}), line, said, status, zone)


def _not_expected(status: int) -> str:
    if 300 <= status < 400:
        return f"it answered with a redirect (status {status}), which is not followed"
    return f"it answered with status {status}"


def _after(answer: Answer) -> float:
    """The seconds that ``Retry-After`` says, as a number or a date; 0 where it says none."""
    said = answer.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        moment = parsedate_to_datetime(said)
        return max((moment - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, TypeError, OverflowError):
        return 0.0


def _where(line: Line, said: Any) -> bool:
    return all(_word(at_path(said, path)) in values for path, values in line.where.items())


def _word(value: Any) -> str:
    """A value of a reply as `where` and `echo` write it; a group or a list is none."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if isinstance(value, dict | list) else str(value)


def _same_person(asked: Asked, said: Any, inputs: Mapping[str, Any], status: int) -> None:
    """A reply about somebody else than was asked about is worse than none."""
    for name, path in asked.echo.items():
        found = at_path(said, path)
        if name not in inputs or (found is None and status // 100 != 2):
            continue
        if _word(found) != _word(to_json(inputs.get(name))) and _word(found) != to_text(inputs.get(name, "")):
            what = "does not name" if found is None else "names another"
            raise Unusable(f'the reply {what} "{name}"', status)


def _values(fields: Mapping[str, Field], line: Line, said: Any, status: int, zone: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, field in fields.items():
        raw = at_path(said, line.fields.get(name, name))
        if raw is None or raw == "":
            if not field.optional:
                raise Unusable(f'the reply has no "{name}"', status)
            continue
        value = check_field(field, _local(field, raw, zone))
        if isinstance(value, Refusal):
            raise Unusable(f'the reply\'s "{name}" is not {field.type.words}, or not one that is declared', status)
        if value is not None:
            values[name] = to_json(value)
    return values


def _local(field: Field, raw: Any, zone: str) -> Any:
    """A moment with an offset, or with a ``Z``, as the desk's clock shows it."""
    if field.type.kind != "datetime" or not isinstance(raw, str):
        return raw
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError:
        return raw
    if moment.tzinfo is None:
        return raw
    try:
        return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, microsecond=0).isoformat()
    except OverflowError:  # the first and the last day there is, by which some systems say "none"
        return raw
