"""What people type into fields, each type by all that overflows, steers, or looks like code; one case for each type."""

from __future__ import annotations

from tests.hostile.case import HEAD, Case, of

TYPES = {
    "text": "    type: text\n",
    "long text": "    type: long_text\n",
    "text of a pattern": "    type: text\n    pattern: '(a+)+'\n",
    "whole number": "    type: integer\n    max: 10\n",
    "number": "    type: number\n",
    "money": "    type: money\n    currency: JPY\n",
    "date": "    type: date\n    min: 2026-01-01\n",
    "time": "    type: time\n",
    "date with a time": "    type: datetime\n",
    "yes or no": "    type: yes_no\n",
    "choice": "    type: choice\n    options: [p, q]\n",
    "many": "    type: many\n    options: [p, q]\n",
    "digits": "    type: digits\n    length: 4\n",
    "phone": "    type: phone\n",
    "mail": "    type: email\n",
}
TEXTS = (
    "",
    " \t\n ",
    "\x1b[2Jx\x07",
    "a\u202eb\u2066c\u200bd",
    "\x9b31m",
    "\ufeff1",
    "\U000e0041p",
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x.invalid")',
    "{{ 7 * 7 }}{% x %}",
    "' OR 1=1; --",
    "../../etc/passwd",
    "9" * 5000,
    "-" * 5000 + "1",
    "1" + "0" * 19_998,
    "1e999999999",
    "NaN",
    "-Infinity",
    "0x10",
    "\u0661\u0662",
    "\u00b2",
    "1,000,000",
    "1_000",
    "1.00000000001",
    "-0",
    "JPY 1.5",
    "2027-02-30",
    "0000-00-00",
    "99999-01-01",
    "24:00",
    "23:59:60",
    "9999-12-31T23:59:59",
    "a" * 19_999 + "!",
    "p," * 9_000,
    "p\u0000",
    "\u0440",
    "+" * 1000,
    "+999999999999999999",
    "a" * 5000 + "@" + "b." * 2000,
    "@" * 1000,
    "x" * 20_001,
)
#: Values as JSON that no form sends.
SHAPES = (None, True, 1, 10**400, 1.5, -1e308, [], ["p"] * 3000, [[["p"]]], {}, {"amount": "1e9999", "currency": "JPY"})


def _asks(rules: str) -> str:
    return (
        HEAD
        + f"steps:\n  hello:\n    ask: What?\n{rules}    save: said\n  done: {{end: ok, say: 'Said: {{{{ said }}}}'}}\n"
    )


CASES: dict[str, Case] = {name: of(_asks(rules), door="typed") for name, rules in TYPES.items()}
