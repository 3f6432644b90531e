"""What people who know another language write in an expression, and how it is written here."""

from __future__ import annotations

import re
from typing import NamedTuple

from shepherd.flow.plain import KEYWORDS

#: So many characters of what was written stand in a hint.
MOST_SHOWN = 60


class Slip(NamedTuple):
    """
    Characters that mean nothing here: a sentence on them, and how to mend it.

    ``{}`` in them is what was written, ``{lower}`` the same in small letters; the hint has groups of the pattern.
    """

    pattern: re.Pattern[str]
    sentence: str
    hint: str


def _slip(pattern: str, sentence: str, hint: str) -> Slip:
    return Slip(re.compile(pattern), sentence, hint)


_NO_WORD = '"{}" is not a word of the language.'
_NO_COMPARISON = '"{}" is not a comparison.'
#: How people compare with the hour that it is.
TIME_OF_DAY = "Compare its hour(…), a whole number, or look it up in a table, whose cells can be `from 09:30`."
_TWO_DIGITS = r"0?(\d{1,2})"
_NO_DAY = "This is not how a day is written."
#: Each looked for outside quoted texts, in this order.
SLIPS = (
    _slip(r"&&", _NO_WORD, 'Write "and".'),
    _slip(r"\|\|", _NO_WORD, 'Write "or".'),
    _slip(r"[“”„‘’«»]", "Curly quotation marks do not mark a text.", 'Write straight ones: "text".'),
    _slip(r"===", _NO_COMPARISON, 'Write "==".'),
    _slip(r"=<|≤|⩽", _NO_COMPARISON, 'Write "<=": at most.'),
    _slip(r"=>|≥|⩾", _NO_COMPARISON, 'Write ">=": at least.'),
    _slip(r"<>|!==|(?<!=)=!|≠", _NO_COMPARISON, 'Write "!=": differs from.'),
    _slip(r"(?<![=!<>])=(?!=)", '"=" compares nothing.', 'Write "==" to compare.'),
    _slip(r"(?<!=)!(?!=)", _NO_WORD, 'Write "not".'),
    _slip(r"\*\*", "There is no power in the language.", "Multiply instead."),
    _slip(r"~", '"~" does not join texts here.', "Put both into the text that is shown."),
    _slip(r"\{\{|\}\}|\{%|%\}|\{#|#\}", "Braces belong in texts only.", "Write the expression alone."),
    _slip(r"[{}]", "Braces are not part of an expression.", "Write the expression alone."),
    _slip(
        r"(?<![\w.])\d{1,2}/\d{1,2}/\d{4}(?![\w.])",
        "This is a division, not a date.",
        "Write year, month and day, like date(2027, 4, 6).",
    ),
    _slip(rf"(?<![\w.])(\d{{4}})[.-]{_TWO_DIGITS}[.-]{_TWO_DIGITS}(?![\w.])", _NO_DAY, r"Write date(\1, \2, \3)."),
    _slip(rf"(?<![\w.]){_TWO_DIGITS}\.{_TWO_DIGITS}\.(\d{{4}})(?![\w.])", _NO_DAY, r"Write date(\3, \2, \1)."),
    _slip(r"(?<![\w.:])[0-2]?[0-9]:[0-5][0-9](?![\w:])", "A time of day can't be written here.", TIME_OF_DAY),
    _slip(
        r"[€$£¥]\s*[0-9][0-9.,]*|[0-9][0-9.,]*\s*[€$£¥]",
        "An amount has no sign of its currency here.",
        "Write the number alone: an amount is compared and counted without its currency.",
    ),
    _slip(r"(?<![\w.:)\]])\.([0-9]+)", '"{}" is not a number as people write it.', r"Write 0.\1."),
    _slip(
        r"\|\s*([a-z]+)\s*:",
        "What a filter takes stands in brackets.",
        r'Write | \1("…").',
    ),
    _slip(r"\A\s*(?:if|when)\s+(?=[\w(])", '"{}" does not belong to the condition.', "Write the condition alone."),
    _slip(
        r"(?<![\w.])(?:AND|OR|NOT|IN|IS|IF|ELSE|DEFINED|TRUE|FALSE|And|Or|Not)(?![\w.])",
        '"{}" is not a word of the language.',
        'Write it in small letters: "{lower}".',
    ),
    _slip(
        r"(?<![\w.])(?:and|or)\s*(?:[<>]=?|[=!]=)",
        "A comparison needs what is compared on both sides.",
        "Write it twice: x > 1 and x < 5.",
    ),
    _slip(
        r"(?<![\w.])is\s+(?:not\s+)?(?=[\d\[(_-])", '"is" only asks whether a name is defined.', 'Write "==" or "!=".'
    ),
    *(
        _slip(rf"(?<![\w.])is\s+(?:{said})(?![\w.])", _NO_COMPARISON, f'Write "{sign}".')
        for said, sign in (
            (r"(?:less|smaller|lower|fewer|earlier)\s+than", "<"),
            (r"(?:more|greater|higher|larger|bigger|later)\s+than", ">"),
            (r"at\s+least", ">="),
            (r"at\s+most", "<="),
            (r"equal\s+to|same\s+as|the\s+same\s+as", "=="),
        )
    ),
    _slip(
        r"([0-9][0-9.]*)\s*%(?=\s*(?:$|[)<>=!,*]|and\b|or\b|of\b))",
        "A percent sign takes no share here.",
        r"\1 percent of x is x * \1 / 100.",
    ),
    _slip(r"(?<![\w.])(?:not\s+)?defined\s+(?=(?!and\b|or\b|if\b|else\b)[a-z])", _NO_WORD, "Write NAME is defined."),
)
#: Words that are no names where they stand.
WORDS = {
    "equals": 'Write "==" to compare.',
    "equal": 'Write "==" to compare.',
    "between": "Write two comparisons joined by and: x >= 1 and x <= 5.",
    **dict.fromkeys(
        ("contains", "includes", "like", "matches"),
        'Write has_word(text, "word"), or has_any(choices, ["a"]) where several were chosen.',
    ),
    **dict.fromkeys(("starts", "startswith", "begins"), 'Write starts_with(text, "beginning").'),
    **dict.fromkeys(("more", "greater", "higher", "above", "over", "after", "later"), 'Write ">".'),
    **dict.fromkeys(("less", "fewer", "lower", "below", "under", "before", "earlier"), 'Write "<".'),
    "older": "Compare two days: x < today - days(14).",
    "newer": "Compare two days: x > today - days(14).",
    "then": "The step stands in a line of its own: `then: STEP`.",
    "xor": "Write what is meant with and, or and not.",
}
#: Functions by their names elsewhere.
FUNCTIONS_ELSEWHERE = {
    "len": "length",
    "size": "count",
    "contains": "has_word",
    "includes": "has_any",
    "startswith": "starts_with",
    "lowercase": "lower",
    "floor": "round_down",
    "ceil": "round_up",
    "ceiling": "round_up",
    "eomonth": "end_of_month",
    "networkdays": "weekdays_between",
}
_UNITS = {"d": "days", "day": "days", "w": "weeks", "week": "weeks", "month": "months", "year": "years"}
_UNITS |= {word: word for word in ("days", "weeks", "months", "years")} | {
    "workday": "workdays",
    "workdays": "workdays",
}
_UNIT = re.compile(rf"(?<![\w.])([0-9]{{1,6}}) *({'|'.join(sorted(_UNITS, reverse=True))})(?![\w.]| *\()( ago\b)?")
#: A number with something between its digits, as people write them.
_PARTED = re.compile(r"(?<![\w.,])([0-9]{1,3}(?:([ ,.'_])[0-9]{3})(?:\2[0-9]{3})*)([.,][0-9]+)?(?![\w.])")
_COMMA = re.compile(r"(?<![\w.,])([0-9]+),([0-9]+)(?![\w.,])")
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_SPAN = re.compile(r"[0-9]{1,6}[smhd]|[0-9]{1,4} working (?:hour|day)s?")
_WORDS = re.compile(r"[^\W\d_][^\W\d_'’-]*,?(?: [^\W\d_]['’\w-]*[,;:]?)+[.?]?")


def without_texts(text: str) -> str:
    """*text* with a sign for each character of the quoted texts in it."""
    return _QUOTED.sub(lambda found: "_" * len(found[0]), text)


def span_in(text: str) -> tuple[int, int, str] | None:
    """A length of time that is written as people write it in *text*, which can't be read: where, and what mends it."""
    whole = text.strip()
    found = _UNIT.search(without_texts(text))
    alone = _SPAN.fullmatch(whole)
    if found is None and alone is None:
        return None
    start, end = found.span() if found is not None else (0, len(text))
    call = f"{_UNITS[found[2]]}({int(found[1])})" if found is not None else ""
    call = f"today - {call}" if found is not None and found[3] else call
    if alone is None:
        return start, end, f"Write {call}."
    reckoned = f" To reckon with it, write {call}." if call else ""
    return start, end, f"On the ticket, a length of time is a text: '\"{whole}\"'.{reckoned}"


def number_in(text: str) -> tuple[int, int, str] | None:
    """A number whose digits something parts in *text*, which can't be read: where, and how it is written."""
    bare = without_texts(text)
    for pattern in (_PARTED, _COMMA):
        found = pattern.search(bare)
        if found is not None:
            whole = re.sub("[^0-9]", "", found[1])
            rest = found[3] or "" if pattern is _PARTED else f".{found[2]}"
            return *found.span(), f"Write {whole}{rest.replace(',', '.')}."
    return None


def words_alone(text: str) -> str:
    """What mends *text*, which can't be read, where it is words for people without quotes; else the empty text."""
    words = text.strip()
    parts = [part.strip(",;:.?") for part in words.split()]
    begins = words[:1].isupper()
    if not _WORDS.fullmatch(words) or not (begins or len(parts) > 2):
        return ""
    if not begins and not {*KEYWORDS, *WORDS}.isdisjoint(parts):
        return ""
    shown = words if len(words) <= MOST_SHOWN else f"{words[:MOST_SHOWN]}…"
    doubled = shown.replace("'", "''")
    return f"A text needs quotes of its own: '\"{doubled}\"'."
