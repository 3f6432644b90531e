"""Encodings, and characters that steer a terminal, turn the reading direction, hide, or look like others."""

from __future__ import annotations

from tests.hostile.case import FLOW, HEAD, STEPS, Case, of, quoted, words

#: One of each kind; each is refused in a file, written as it is and as an escape in quotes.
UNSEEN = {
    "zero": "\0",
    "bell": "\a",
    "backspace": "\b",
    "escape": "\x1b[2J\x1b[31m",
    "link of a terminal": "\x1b]8;;http://x.invalid\x07here\x1b]8;;\x07",
    "clipboard of a terminal": "\x1b]52;c;ZXZpbA==\x07",
    "one-byte sequence": "\x9b31m",
    "delete": "\x7f",
    "form feed": "\f",
    "vertical tab": "\v",
    "next line": "\x85",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "left-to-right mark": "\u200e",
    "right-to-left mark": "\u200f",
    "arabic letter mark": "\u061c",
    "reversal": "\u202e",
    "embedding": "\u202b",
    "isolate": "\u2067",
    "end of isolate": "\u2069",
    "zero width": "\u200b",
    "word joiner": "\u2060",
    "invisible times": "\u2062",
    "mark inside": "\ufeff",
    "soft hyphen": "\u00ad",
    "joins graphemes": "\u034f",
    "hangul filler": "\u3164",
    "half-width filler": "\uffa0",
    "mongolian vowel separator": "\u180e",
    "annotation": "\ufff9",
    "hidden tag letters": "\U000e0041\U000e0042",
    "language tag": "\U000e0001",
    "musical control": "\U0001d173",
    "joiner beside plain letters": "ad\u200dmin",
    "non-joiner at the end": "x\u200c",
    "no character": "\ufdd0",
}
#: Where a text may stand that some command prints.
PLACES = {
    "title": FLOW.replace("title: T", 'title: "@"'),
    "comment": FLOW + "# @\n",
    "key": FLOW.replace("version:", '"@": x\nversion:'),
    "label": HEAD
    + 'steps:\n  hello:\n    ask: Go?\n    answers:\n      yes: {label: "@", then: done}\n  done: {end: ok}\n',
    "list": None,
}

CASES: dict[str, Case] = {
    # --- encodings ---------------------------------------------------------------------------------
    "latin-1": of("Caf\u00e9".join(FLOW.split("Hello")).encode("latin-1"), "SHP001"),
    "windows quotes": of(FLOW.replace("Hello.", "\u201cHello\u201d").encode("cp1252"), "SHP001"),
    "shift-jis": of(FLOW.replace("Hello.", "\u3053\u3093").encode("shift-jis"), "SHP001"),
    "utf-7": of(FLOW.replace("Hello.", "+ADw-script+AD4-alert(1)+ADw-/script+AD4-")),
    "utf-16 little": of(FLOW.encode("utf-16"), "SHP001"),
    "utf-16 big": of(b"\xfe\xff" + FLOW.encode("utf-16-be"), "SHP001"),
    "utf-16 without a mark": of(FLOW.encode("utf-16-le"), "SHP003"),
    "utf-32": of(FLOW.encode("utf-32"), "SHP001"),
    "ebcdic": of(FLOW.encode("cp500"), "SHP001"),
    "overlong slash": of(FLOW.encode().replace(b"Hello", b"\xc0\xaf"), "SHP001"),
    "overlong zero": of(FLOW.encode().replace(b"Hello", b"\xc0\x80"), "SHP001"),
    "half a surrogate": of(FLOW.encode().replace(b"Hello", b"\xed\xa0\x80"), "SHP001"),
    "surrogates as in java": of(FLOW.encode().replace(b"Hello", b"\xed\xa0\xbd\xed\xb8\x80"), "SHP001"),
    "beyond the last character": of(FLOW.encode().replace(b"Hello", b"\xf4\x90\x80\x80"), "SHP001"),
    "cut off character": of(FLOW.encode() + b"# \xe2\x82", "SHP001"),
    "every byte": of(bytes(range(256)) * 8, "SHP001"),
    "every byte but the controls": of(FLOW.encode() + b"# " + bytes(range(160, 256)), "SHP001"),
    "compressed": of(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03KN\xcc\x03\x00", "SHP001"),
    "a picture": of(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "SHP001"),
    "byte order mark": of(b"\xef\xbb\xbf" + FLOW.encode(), "SHP002"),
    "two byte order marks": of(b"\xef\xbb\xbf\xef\xbb\xbf" + FLOW.encode(), "SHP002"),
    "escaped surrogate": of(FLOW.replace("Hello.", '"\\ud800"'), "SHP005"),
    # --- lines and blanks --------------------------------------------------------------------------
    "lone return": of(FLOW.replace("Hello.", "a\rb: c"), "SHP003"),
    "lines as on windows": of(FLOW.replace("\n", "\r\n")),
    "lines as on an old mac": of(FLOW.replace("\n", "\r"), "SHP003"),
    "tab indent": of(FLOW.replace("    say", "\tsay"), "SHP004"),
    "tab after blanks": of(FLOW.replace("    say", "  \tsay"), "SHP004"),
    "tab in words": of(FLOW.replace("Hello.", "a\tb")),
    "escaped tab in words": of(FLOW.replace("Hello.", '"a\\tb"')),
    "no-break spaces for an indent": of(FLOW.replace("    say", "\u00a0\u00a0say"), "SHP005"),
    "ideographic space behind the colon": of(FLOW.replace("version: 1", "version:\u30001"), "SHP003"),
    # --- letters that look like others -------------------------------------------------------------
    "cyrillic in an id": of(FLOW.replace("hello:", "h\u0435llo:"), "SHP112"),
    "cyrillic in a key": of(FLOW.replace("    say:", "    s\u0430y:"), "SHP107"),
    "cyrillic in a target": of(FLOW.replace("say: Hello.", "say: Hello.\n    then: d\u043ene"), "SHP112"),
    "cyrillic in an outcome": of(FLOW.replace("{end: ok}", "{end: \u043ek}"), "SHP112"),
    "full-width letters": of(FLOW.replace("hello:", "\uff48ello:"), "SHP112"),
    "long s": of(FLOW.replace("hello:", "\u017ftep:"), "SHP112"),
    "dotless i": of(FLOW.replace("title:", "t\u0131tle:"), "SHP107"),
    "composed and not": of(
        FLOW.replace("  hello:", "  caf\u00e9: {say: x}\n  cafe\u0301: {say: x}\n  hello:"), "SHP112"
    ),
    "letters as of mathematics": of(FLOW.replace("hello:", "\U0001d421ello:"), "SHP112"),
    "devanagari version": of(FLOW.replace("version: 1", "version: \u0967"), "SHP113"),
    "emoji": of(words("\U0001f469\u200d\U0001f4bb \u2764\ufe0f \U0001f1eb\U0001f1ee")),
    "persian with its joiners": of(words("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645")),
    "arabic and hebrew": of(words("\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd")),
    "a tower of marks": of(words("Z" + "\u0300\u0316" * 500)),
    "private characters": of(words("\ue000\U000f0000\U0010fffd"), "<U+E000>"),
    "blank pattern of braille": of(FLOW.replace("title: T", "title: \u2800")),
}
CASES |= {f"{name}, as it is": of(words(f"pay {text} now"), "SHP003") for name, text in UNSEEN.items()}
CASES |= {f"{name}, as an escape": of(quoted(f"pay {text} now"), "SHP003") for name, text in UNSEEN.items()}
CASES |= {f"reversal in a {place}": of(text.replace("@", "\u202e"), "SHP003") for place, text in PLACES.items() if text}
CASES |= {
    "reversal in a list": of(
        lambda: {"colours.yaml": "list: colours\noptions: {red: \u202eRed}\n", "a.yaml": HEAD + STEPS}, "SHP003"
    ),
    "reversal in a table": of(
        lambda: {
            "a.yaml": HEAD
            + "inputs: {n: text}\ntables:\n  t:\n    by: {k: n}\n    gives: {v: text}\n    rows_from: t.csv\n"
            + STEPS.replace("Hello.", "'{{ t.v }}'"),
            "t.csv": "k,v\na,\u202eb\n",
        },
        "SHP003",
    ),
    "reversal in a scenario": of(
        lambda: {"a.yaml": FLOW, "a.scenarios.yaml": 'scenarios:\n  - name: "\u202ex"\n'}, "SHP003"
    ),
    "reversal in a translation": of(
        lambda: {"a.yaml": FLOW, "a.de.yaml": "translation: a\nlanguage: de\ntitle: \u202ex\n"}, "SHP003"
    ),
    "reversal in desk.yaml": of(lambda: {"a.yaml": FLOW, "desk.yaml": "desk: d\ntime_zone: \u202ex\n"}, "SHP003"),
}
