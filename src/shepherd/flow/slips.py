"""What people who know another language write in an expression, and how it is written here."""

from __future__ import annotations

import re
from typing import NamedTuple


class Slip(NamedTuple):
    """
    Characters that mean nothing here: a sentence on them, and how to mend it.

    ``{}`` in them is what was written, ``{lower}`` the same in small letters.
    """

    pattern: re.Pattern[str]
    sentence: str
    hint: str


def _slip(pattern: str, sentence: str, hint: str) -> Slip:
    return Slip(re.compile(pattern), sentence, hint)


_NO_WORD = '"{}" is not a word of the language.'
_NO_COMPARISON = '"{}" is not a comparison.'
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
    _slip(r"(?<![\w.])\d{1,2}/\d{1,2}/\d{4}(?![\w.])", "This is a division, not a date.", "Write date(2027, 4, 6)."),
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
    _slip(r"(?<![\w.])(?:not\s+)?defined\s+(?=(?!and\b|or\b|if\b|else\b)[a-z])", _NO_WORD, "Write NAME is defined."),
)
#: Words that are no names where they stand.
WORDS = {
    "equals": 'Write "==" to compare.',
    "equal": 'Write "==" to compare.',
    "between": "Write two comparisons joined by and: x >= 1 and x <= 5.",
    "contains": 'Write has_word(text, "word"), or has_any(choices, ["a"]) where several were chosen.',
    "xor": "Write what is meant with and, or and not.",
}
