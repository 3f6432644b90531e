"""The path as CSV: RFC 4180, with nothing that a spreadsheet program would take for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from shepherd.audit.rows import DAMAGED, PathRow
from shepherd.flow.shown import visible

COLUMNS = (
    "ticket",
    "run",
    "entry",
    "visit",
    "time_utc",
    "seconds",
    "who",
    "role",
    "step",
    "kind",
    "entered_by",
    "question",
    "say",
    "guide",
    "warn",
    "why",
    "answer",
    "source",
    "attempt",
    "granted",
    "ended",
    "taken_back_by_entry",
    "not_as_written",
    "verdict",
    "verified_utc",
    "last_hash",
    "names_assured",
    "further_entries",
    "words_shown",
    "aside_seconds",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class Verdict(NamedTuple):
    """
    What verify said of a run when its path was taken away: its *sentence* and when, in UTC.

    *last_hash* is that of the run's last entry. *assured*: every name in it was proved by sign-in.
    """

    sentence: str
    at: datetime
    last_hash: str
    assured: bool

    @property
    def cells(self) -> tuple[str, ...]:
        """What stands in the columns of the verdict, the same in each row."""
        return self.sentence, utc(self.at), self.last_hash, "yes" if self.assured else "no"


def path_csv(rows: Iterable[PathRow], *, ticket: str, run: str, verdict: Verdict, bom: bool = False) -> bytes:
    """*rows* as CSV in UTF-8, a heading first; *bom* for programs that guess the encoding otherwise."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        words = row.words
        cells = (
            ticket,
            run,
            str(row.seq),
            str(row.visit or ""),
            utc(row.at),
            "" if row.seconds is None else f"{row.seconds:.3f}",
            row.who,
            row.role,
            row.step,
            row.kind,
            row.by,
            row.title if row.title != words.say else "",
            words.say,
            words.guide,
            words.warn,
            words.why,
            row.answer,
            row.source,
            "" if row.attempt is None else str(row.attempt),
            " ".join(row.granted),
            row.ended,
            "" if row.struck_by is None else str(row.struck_by),
            " ".join(row.broken) or (row.answer if row.kind == DAMAGED else ""),
            *verdict.cells,
            " ".join(map(str, row.further)),
            ("no" if row.unseen else "yes") if row.shown and row.visit else "",
            "" if row.seconds is None else f"{row.aside:.3f}",
        )
        writer.writerow([harmless(cell) for cell in cells])
    return (b"\xef\xbb\xbf" if bom else b"") + out.getvalue().encode("utf-8")


def harmless(cell: str) -> str:
    """*cell*, each character of it seen, with an apostrophe before what a spreadsheet program would work out."""
    shown = visible(cell, lines=True)
    return f"'{shown}" if any(text.lstrip(" ").startswith(_FORMULA) for text in (cell, shown)) else shown


def utc(at: datetime) -> str:
    """A UTC time as in the entries."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"
