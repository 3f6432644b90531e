"""New inputs by the language's own grammar: expressions, texts, values, cells, patterns, spans of time."""

from __future__ import annotations

import random

from shepherd.flow.functions import FILTERS, FUNCTIONS
from shepherd.flow.values_in import MOST_DIGITS
from tests.fuzz.mutate import NUMBERS, ODD, TIMES

#: Names with their kinds, which the expressions read.
NAMES = ("n", "x", "m", "t", "c", "y", "d", "w", "z", "l", "g", "r.status", "r.n", "today", "now", "channel")
CONSTANTS = ('"a"', '"b"', '"down"', "'it''s'", '"mon"', "0", "1", "3", "19.50", "true", "false", "1000000", '""')
COMPARED = ("==", "!=", "<", "<=", ">", ">=", "in", "not in")


def expression(rng: random.Random, deep: int = 0) -> str:
    """An expression, mostly of a kind that fits."""
    kind = rng.randrange(14) if deep < 5 else rng.randrange(3)
    below = deep + 1
    if kind < 2:
        return rng.choice(NAMES)
    if kind == 2:
        return rng.choice((*CONSTANTS, *NUMBERS[:8]))
    one, other = expression(rng, below), expression(rng, below)
    if kind == 3:
        return f"{one} {rng.choice(COMPARED)} {other}"
    if kind == 4:
        return f"{one} {rng.choice(('and', 'or'))} {other}"
    if kind in (5, 6):
        return f"{one} {rng.choice('+ - * / // %'.split())} {other}"
    if kind == 7:
        return f"({one})"
    if kind == 8:
        return f"{rng.choice(('not ', '-', '- '))}{one}"
    if kind == 9:
        return f"{rng.choice(NAMES)} is {rng.choice(('', 'not '))}defined"
    if kind == 10:
        return f"{one} if {other} else {expression(rng, below)}"
    if kind == 11:
        return f"{rng.choice(NAMES)} {rng.choice(COMPARED)} {listed(rng, below)}"
    return applied(rng, below)


def listed(rng: random.Random, deep: int) -> str:
    """A list in brackets."""
    if rng.random() < 0.7:
        return f"[{', '.join(rng.choice(CONSTANTS) for _ in range(rng.randint(1, 4)))}]"
    return f"[{', '.join(expression(rng, deep) for _ in range(rng.randint(1, 3)))}]"


def applied(rng: random.Random, deep: int) -> str:
    """A function with arguments, mostly as many as it takes and of kinds that it takes."""
    name = rng.choice([*FUNCTIONS, "date", "days", "visits"])
    if name not in FUNCTIONS:
        return f"{name}(hello)"
    known = FUNCTIONS[name]
    least, most = known.arguments
    count = rng.randint(least, min(most, least + 2)) if rng.random() < 0.95 else rng.randint(0, 4)
    takes = known.takes or ("",)
    args = [argument(rng, takes[min(i, len(takes) - 1)], deep) for i in range(count)]
    return f"{name}({', '.join(args)})"


FITTING = {
    "integer": ("n", "r.n", "3", "12", "-1", "2027", "99999", "999999999999999"),
    "number*": ("n", "x", "m", "19.50", "0", "-2", "1 / 3"),
    "ordered": ("n", "x", "d", "w", "z", "today", "now"),
    "date": ("d", "w", "today", "now", "date(2024, 2, 29)", "date(9999, 12, 31)", "date(1, 1, 1)"),
    "text": ("t", "c", "g", '"mon"', "r.status", '"%Y"'),
    "list": ("l", '["a", "b"]', '["mon", "tue"]', "[1, 2]"),
}


def argument(rng: random.Random, kind: str, deep: int) -> str:
    """An argument of *kind*, mostly."""
    if kind in FITTING and rng.random() < 0.8:
        return rng.choice(FITTING[kind])
    return expression(rng, deep)


def words(rng: random.Random) -> str:
    """A text with values in it."""
    parts = []
    for _ in range(rng.randint(1, 4)):
        parts.append(rng.choice(("Hello ", ", dear ", "", " {", "}", " {{", "}} ", "\n", "It's 5 % ", *ODD[:6])))
        if rng.random() < 0.8:
            shown = expression(rng, 3)
            shown += f" | {rng.choice([*FILTERS])}" if rng.random() < 0.4 else ""
            gaps = rng.choice((("{{ ", " }}"), ("{{", "}}"), ("{{-", "-}}"), ("{{ ", "}")))
            parts.append(gaps[0] + shown + gaps[1])
    return "".join(parts)


def number(rng: random.Random) -> str:
    """A number, often at an edge."""
    if rng.random() < 0.4:
        return rng.choice(NUMBERS)
    whole = "".join(rng.choice("0123456789") for _ in range(rng.randint(1, rng.choice((2, 5, MOST_DIGITS + 1)))))
    part = "." + "".join(rng.choice("0123456789") for _ in range(rng.randint(0, 12))) if rng.random() < 0.4 else ""
    return rng.choice(("", "", "-", "+")) + whole + part


def moment(rng: random.Random) -> str:
    """A day, a time, or both; sometimes none that exists."""
    if rng.random() < 0.3:
        return rng.choice(TIMES)
    day = f"{rng.choice((1, 1900, 2024, 2026, 9999)):04}-{rng.randint(0, 13):02}-{rng.randint(0, 32):02}"
    clock = f"{rng.randint(0, 25):02}:{rng.randint(0, 61):02}" + (
        f":{rng.randint(0, 61):02}" if rng.random() < 0.3 else ""
    )
    return rng.choice((day, clock, f"{day}T{clock}", f"{day} {clock}"))


def value(rng: random.Random) -> str:
    """Something that people type into a field."""
    kind = rng.randrange(8)
    if kind == 0:
        return number(rng)
    if kind == 1:
        return moment(rng)
    if kind == 2:
        sides = (rng.choice(("EUR", "eur", "USD", "JPY", "KWD", "€", "")), number(rng))
        return rng.choice(("", " ")).join(sides if rng.random() < 0.5 else sides[::-1])
    if kind == 3:
        digits = "".join(rng.choice("0123456789") for _ in range(rng.randint(1, 18)))
        return rng.choice(("+", "00", "", "(0)", "+358 ")) + rng.choice((" ", "-", "", "/")).join(
            (digits[:3], digits[3:])
        )
    if kind == 4:
        name = "".join(rng.choice("abz.+-_'\"@ äſ") for _ in range(rng.randint(0, 8)))
        return (
            f"{name}@{rng.choice(('example.org', 'x', 'a..b', 'ÄÖ.example', '[127.0.0.1]', '-a.b', 'x' * 70 + '.org'))}"
        )
    if kind == 5:
        return rng.choice(", ; \n").join(rng.choice(("a", "b", "c d", "", "a")) for _ in range(rng.randint(0, 5)))
    if kind == 6:
        return "".join(rng.choice(ODD) for _ in range(rng.randint(1, 12)))
    return rng.choice(("yes", "No", "TRUE", "ſ", "y", "none", "a", "b"))


def span(rng: random.Random) -> str:
    """The cell of a table."""
    one, other = (rng.choice((number, moment, value))(rng) for _ in range(2))
    form = rng.choice(
        ("any", "{}", "over {}", "under {}", "from {}", "up to {}", "{} to {}", ">= {}", "<{}", "from  {}")
    )
    return form.format(one, other)


def length(rng: random.Random) -> str:
    """A span of time as a designer writes it."""
    unit = rng.choice(("s", "m", "h", "d", " working hours", " working day", "w", "", " h", "working days"))
    return f"{number(rng)}{rng.choice(('', ' '))}{unit}"


def pattern(rng: random.Random, deep: int = 0) -> str:
    """A regular expression."""
    if deep > 4:
        return rng.choice((*"abc.01^$", r"\d", r"\pL", "[a-z]", "[^0-9]", r"\b", "é", "(?i)a", r"\Q*\E", "[[:alpha:]]"))
    kind = rng.randrange(7)
    one, other = pattern(rng, deep + 1 + rng.randrange(3)), pattern(rng, deep + 2)
    if kind == 0:
        return one + other
    if kind == 1:
        return f"({one}|{other})"
    if kind == 2:
        return one + rng.choice(("*", "+", "?", "*?", "{2}", "{1,3}", "{,5}", "{1000}", "{1001}", "{0}", "{3,1}", "**"))
    if kind == 3:
        return rng.choice(("(?:{})", "(?P<n>{})", "(?={})", "(?<!{})", "(?i:{})", "[{}]", r"\{}", "({}")).format(one)
    return one + other
