"""Regular expressions of designers: those that take exponential time elsewhere, and what is given to them."""

from __future__ import annotations

from tests.hostile.case import HEAD, Case, Files, of

#: A pattern, and what is typed to make it work hard; each is read, and refuses what is typed, at once.
HARD = {
    "nested plus": ("(a+)+", "a" * 5000 + "!"),
    "nested star": ("(a*)*b", "a" * 5000),
    "alternatives that overlap": ("(a|aa)+", "a" * 5000 + "!"),
    "alternatives that are the same": ("(a|a)*", "a" * 5000 + "!"),
    "three in a row": ("(.*)(.*)(.*)x", "y" * 10_000),
    "words and blanks": (r"(\w+\s?)*", "word " * 3000 + "!"),
    "a mail address": (
        r"([a-zA-Z0-9])(([\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}(([a-z]{2,3})|([a-z]{2,3}[.]{1}[a-z]{2,3}))",
        "a" * 10_000 + "!",
    ),
    "optional letters": ("a?" * 150 + "a" * 150, "a" * 149),
    "dots to the end": ("^(.*?,){11}P", "1,2,3,4,5,6,7,8,9,10,11," * 500),
    "deep groups": ("(" * 200 + "a" + ")" * 200, "b"),
    "letters of every script": (r"[\p{L}\p{N}]+", "!" * 10_000),
}
#: What RE2 does not read, or would need too much memory for.
REFUSED = {
    "look behind": "(?<=a)b",
    "look ahead": "(?=a)b",
    "back reference": r"(a)\1",
    "named back reference": "(?P<x>a)(?P=x)",
    "atomic group": "(?>a)",
    "possessive": "a++",
    "recursion": "(?R)",
    "condition": "(a)?(?(1)b|c)",
    "code": "(?{print 1})",
    "comment": "(?#x)a",
    "repeated too often": "a{1001}",
    "repetition of repetitions": "((a{1000}){1000}){1000}",
    "larger than its memory": r"(\p{L}{1,999}){1,999}",
    "open group": "(",
    "closed group": ")",
    "open class": "[a",
    "backwards class": "[z-a]",
    "star of nothing": "*",
    "backslash at the end": "a\\",
    "unknown class": r"\p{Nonsense}",
    "groups never closed": "(" * 499,
}


def _asks(pattern: str) -> str:
    quoted = "'" + pattern.replace("'", "''") + "'"
    return (
        HEAD
        + f"steps:\n  hello:\n    ask: What?\n    type: text\n    pattern: {quoted}\n    save: said\n"
        + "  done: {end: ok}\n"
    )


def _typed(pattern: str, typed: str) -> Files:
    given = (
        "scenarios:\n  - name: It is refused\n    given:\n      answers:\n"
        f'        hello: {{refused: pattern, value: "{typed}"}}\n'
        "    expect: {waiting: hello, path: [hello], refused: pattern}\n"
    )
    return {"a.yaml": _asks(pattern), "a.scenarios.yaml": given}


def _case(pattern: str, typed: str) -> Case:
    return of(lambda: _typed(pattern, typed), "1 scenario passed")


CASES: dict[str, Case] = {name: _case(pattern, typed) for name, (pattern, typed) in HARD.items()}
CASES |= {f"not read: {name}": of(_asks(pattern), "SHP117") for name, pattern in REFUSED.items()}
CASES |= {
    "of 19 000 characters": of(_asks("a" * 19_000), "SHP113"),
    "of a hundred alternatives": of(_asks("|".join(f"w{i}" for i in range(100)))),
    "repeated beyond all": of(_asks("a{99999999999}")),
    "pattern of markup": of(_asks("<script>alert\\(1\\)</script>")),
    "a hundred patterns": of(
        lambda: {
            "a.yaml": HEAD
            + "steps:\n"
            + "".join(
                f"  s{i}:\n    ask: What?\n    type: text\n    pattern: '(a{{{i + 1}}}b*)+'\n" for i in range(100)
            )
            + "  done: {end: ok}\n"
        }
    ),
}
