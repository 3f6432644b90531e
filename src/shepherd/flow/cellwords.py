"""What people write into a cell of a table for a span, a number or a day, and how it is written there."""

from __future__ import annotations

import re

_END = r"(\S.*?)"
#: Each fits a whole cell; in its place stand the words of the language, with the person's own numbers.
_SPANS = tuple(
    (re.compile(pattern, re.IGNORECASE), written)
    for pattern, written in (
        (r"\*|-|–|all|anything|everything|else|otherwise|default|any value", "any"),
        (rf"(?:from|between)\s+{_END}\s+(?:to|and|until|till)\s+{_END}", r"\1 to \2"),
        (
            rf"(?:max(?:imum|\.)?|at most|no more than|not more than|not over|until|till|upto|up|<=)\s+{_END}",
            r"up to \1",
        ),
        (rf"(?:min(?:imum|\.)?|at least|no less than|not less than|not under|since)\s+{_END}", r"from \1"),
        (rf"(?:more than|greater than|higher than|above|after|later than)\s+{_END}", r"over \1"),
        (rf"(?:less than|fewer than|lower than|below|before|earlier than)\s+{_END}", r"under \1"),
        (rf"{_END}(?:\s*\+|\s+(?:and|or)\s+(?:more|over|above|up|later))", r"from \1"),
        (rf"{_END}\s+(?:and|or)\s+(?:less|under|below|fewer|earlier)", r"up to \1"),
        (rf"{_END}(?:\s*[–—]\s*|\s*\.\.+\s*|\s+-\s+|(?<=\d)-(?=\d))(\S[^–—]*)", r"\1 to \2"),
    )
)
_DAY = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.(\d{4})\b")
_PARTS = (
    (re.compile(r"[€$£¥]\s*(?=\d)|(?<=\d)\s*[€$£¥]"), ""),
    (re.compile(r"(?<=\d)[,' ](?=\d{3}\b)"), ""),
    (re.compile(r"(?<=\d),(?=\d{1,2}\b)"), "."),
)


def as_cell(text: str) -> tuple[str, ...]:
    """What *text* is perhaps written as in a cell, the likeliest first; it need not be right there."""
    tidy = _DAY.sub(lambda day: f"{day[3]}-{int(day[2]):02}-{int(day[1]):02}", text)
    for pattern, written in _PARTS:
        tidy = pattern.sub(written, tidy)
    found = ((pattern.fullmatch(tidy), written) for pattern, written in _SPANS)
    spans = (one.expand(written) for one, written in found if one is not None)
    return (tidy, *spans)
