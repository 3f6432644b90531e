"""Numbers, dates and spans of time that overflow, or are written as other languages write them."""

from __future__ import annotations

from tests.hostile.case import FLOW, HEAD, Case, of, value

DESK = "desk: d\n"


def _version(text: str) -> str:
    return FLOW.replace("version: 1", f"version: {text}")


def _wait(text: str) -> str:
    return HEAD + f"steps:\n  hello: {{wait: {{for: {text}}}}}\n  done: {{end: ok}}\n"


def _field(rules: str) -> str:
    return HEAD + f"steps:\n  hello:\n    ask: How many?\n{rules}  done: {{end: ok}}\n"


def _with(desk: str) -> Case:
    return of(lambda: {"a.yaml": FLOW, "desk.yaml": DESK + desk})


def _desk(desk: str, *said: str) -> Case:
    return of(lambda: {"a.yaml": FLOW, "desk.yaml": DESK + desk}, *said)


CASES: dict[str, Case] = {
    # --- where a whole number is due ---------------------------------------------------------------
    "5000 digits": of(_version("9" * 5000), "SHP113"),
    "19 900 digits": of(_version("9" * 19_900), "SHP113"),
    "16 digits": of(_version("9" * 16), "SHP113"),
    "minus": of(_version("-1"), "SHP113"),
    "minus zero": of(_version("-0"), "SHP113"),
    "zero": of(_version("0"), "SHP113"),
    "hexadecimal": of(_version("0x1F"), "SHP113"),
    "octal": of(_version("0o17"), "SHP113"),
    "octal of old": of(_version("0017")),
    "binary": of(_version("0b11"), "SHP113"),
    "base sixty": of(_version("1:30"), "SHP113"),
    "underscores": of(_version("1_000"), "SHP113"),
    "power of ten": of(_version("1e3"), "SHP113"),
    "infinite": of(_version(".inf"), "SHP113"),
    "not a number": of(_version(".nan"), "SHP113"),
    "arabic digits": of(_version("\u0661"), "SHP113"),
    "superscript": of(_version("\u00b2"), "SHP113"),
    "circled": of(_version("\u2460"), "SHP113"),
    "roman": of(_version("\u2163"), "SHP113"),
    "a half": of(_version("\u00bd"), "SHP113"),
    "minus of mathematics": of(_version("\u22121"), "SHP113"),
    "yes for true": of(FLOW.replace("resolves: true", "resolves: yes"), "SHP113"),
    "big true": of(FLOW.replace("resolves: true", "resolves: True"), "SHP113"),
    "one for true": of(FLOW.replace("resolves: true", "resolves: 1"), "SHP113"),
    # --- days and spans ----------------------------------------------------------------------------
    "impossible day": of(FLOW.replace("version: 1", "version: 1\nreview_by: 2027-13-41"), "SHP113"),
    "29 February of no leap year": of(FLOW.replace("version: 1", "version: 1\nreview_by: 2027-02-29"), "SHP113"),
    "day in the year zero": of(FLOW.replace("version: 1", "version: 1\nreview_by: 0000-01-01"), "SHP113"),
    "day of five digits": of(FLOW.replace("version: 1", "version: 1\nreview_by: 10000-01-01"), "SHP113"),
    "day with a time": of(FLOW.replace("version: 1", "version: 1\nreview_by: 2027-01-01T00:00:00Z"), "SHP113"),
    "span of seven digits": of(_wait("9999999d"), "SHP113"),
    "the longest span": of(_wait("999999d")),
    "span of no time": of(_wait("0s")),
    "negative span": of(_wait("-1d"), "SHP113"),
    "span with a fraction": of(_wait("1.5h"), "SHP113"),
    "span as iso": of(_wait("P1D"), "SHP113"),
    "span of arabic digits": of(_wait("\u0661d"), "SHP113"),
    "working days beyond counting": of(_wait("99999 working days"), "SHP113"),
    "the most working days": of(_wait("9999 working days"), "SHP335"),
    "span in a line break": of(_wait('"1d\\n"'), "SHP113"),
    "follow-up of a thousand years": of(
        FLOW.replace("{resolves: true}", "{resolves: false, follow_up: 999999d}"),
    ),
    # --- limits of fields --------------------------------------------------------------------------
    "least of 5000 digits": of(_field(f"    type: integer\n    min: {'9' * 5000}\n"), "SHP117"),
    "most as a power": of(_field("    type: number\n    max: 1e400\n"), "SHP117"),
    "most is infinite": of(_field("    type: number\n    max: inf\n"), "SHP117"),
    "least is no number": of(_field("    type: number\n    min: nan\n"), "SHP117"),
    "least above the most": of(_field("    type: integer\n    min: 10\n    max: 1\n"), "SHP117"),
    "least day is impossible": of(_field("    type: date\n    min: 2027-02-30\n"), "SHP117"),
    "length of a million": of(_field("    type: text\n    length: 1000000\n"), "SHP113"),
    "length from much to little": of(_field("    type: text\n    length: [9, 1]\n"), "SHP117"),
    "attempts of 5000 digits": of(
        _field(f"    type: integer\n    attempts: {'9' * 5000}\n    out_of_attempts: done\n"), "SHP113"
    ),
    "money of a currency that is none": of(_field("    type: money\n    currency: QQQQ\n"), "SHP113"),
    "money with too many digits": of(_field("    type: money\n    max: 1.999999999999\n"), "SHP117"),
    # --- calculations ------------------------------------------------------------------------------
    "divided by zero": of(value("n / 0")),
    "divided by what is zero": of(value("n / (3 - 3)")),
    "rest by zero": of(value("n % 0")),
    "power": of(value("9 ** 9 ** 9"), "SHP301"),
    "products without end": of(value(" * ".join(["999999999999999"] * 60))),
    "fractions without end": of(value(" / ".join(["n"] + ["7"] * 60))),
    "sum of hundreds": of(value(" + ".join(["n"] * 140)), "SHP301"),
    "constant of 16 digits": of(value("n + 1234567890123456"), "SHP301"),
    "constant with an exponent": of(value("n + 1e400"), "SHP301"),
    "constant with underscores": of(value("n + 1_000"), "SHP301"),
    "constant of other digits": of(value("n + \u0661"), "SHP301"),
    "hexadecimal constant": of(value("n + 0xFF"), "SHP301"),
    "rounded to a thousand digits": of(value("round(n / 3, 1000)")),
    "rounded to minus one": of(value("round(n, -1)")),
    "date that does not exist": of(value("date(2027, 2, 30)")),
    "date in the year 10 000": of(value("date(10000, 1, 1)")),
    "date of huge parts": of(value("date(999999999999999, 999999999999999, 999999999999999)")),
    "a day beyond the calendar": of(value("d + days(999999999999999)")),
    "years beyond the calendar": of(value("d + years(999) + years(999) + years(999) + years(999) + years(9999)")),
    "working days beyond the calendar": of(value("d + workdays(366000) + workdays(366000)")),
    "weekdays over all time": of(value("weekdays_between(date(1, 1, 1), date(9999, 12, 31))")),
    "the least of twelve lists": of(value("min(" + ", ".join(["l"] * 12) + ")"), "SHP321"),
    "money and number": of(value("m * m")),
    "number before a text": of(value("t * 1000000"), "SHP321"),
    # --- the desk's calendar -----------------------------------------------------------------------
    "never open": _desk("hours: {mon-fri: 08:00-08:00}\n", "SHP333"),
    "open for 25 hours": _desk("hours: {mon: 00:00-25:00}\n", "SHP113"),
    "open backwards": _desk("hours: {mon: 20:00-08:00}\n", "SHP333"),
    "days of the week that are none": _desk("hours: {noday: 08:00-20:00}\n", "SHP113"),
    "week from Sunday to Saturday": _with("hours: {sun-sat: 08:00-20:00}\n"),
    "holiday that is no day": _desk("holidays: [2027-02-30]\n", "SHP110"),
    "time zone as a path": _desk("time_zone: ../../../../etc/passwd\n", "SHP118"),
    "time zone as an address": _desk("time_zone: /etc/localtime\n", "SHP118"),
    "time zone with a zero": _desk('time_zone: "Europe\\0"\n', "SHP003"),
    "time zone that is a folder": _desk("time_zone: Europe\n", "SHP118"),
    "time zone of 20 000": _desk(f"time_zone: {'x' * 19_999}\n", "SHP113"),
    "expiry of an assurance beyond all": _desk(
        "assurances: {identity: {granted_by: [a], expires: 9999999h}}\n", "SHP113"
    ),
    "level beyond all": of(
        lambda: {
            "a.yaml": FLOW.replace("version: 1", "version: 1\nrequires: {identity: 99999999999}"),
            "desk.yaml": DESK,
        },
        "SHP113",
    ),
}
