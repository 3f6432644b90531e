"""Depth and size: what nests, repeats or is longer than anybody writes, in each place that has a limit."""

from __future__ import annotations

from tests.hostile.case import FLOW, HEAD, MANY, STEPS, Case, Files, of, value, words


def _steps(count: int) -> str:
    return HEAD + "steps:\n" + "".join(f"  s{i}: {{say: x}}\n" for i in range(count)) + "  done: {end: ok}\n"


def _files(count: int) -> Files:
    return {f"f{i}.yaml": FLOW.replace("flow: a", f"flow: f{i}") for i in range(count)} | {"a.yaml": FLOW}


CASES: dict[str, Case] = {
    "lists in lists, 200": of(FLOW + "x: " + "[" * 200 + "]" * 200, "SHP017"),
    "lists never closed, 100 000": of("[" * 100_000, "SHP017"),
    "maps in maps, 100 000": of("flow: " + "{a: " * 100_000, "SHP017"),
    "blocks in blocks, 2000": of("".join(f"{' ' * i}a:\n" for i in range(2000)), "SHP017", heavy=True),
    "dashes, 50 000": of("- " * 50_000, "SHP017"),
    "complex keys in complex keys": of("? " * 10_000, "SHP017"),
    "lists and maps by turns": of("flow: " + "[{a: " * 20_000, "SHP017"),
    "deep where it is read": of(FLOW.replace("{end: ok}", "{end: " + "[" * 33 + "]" * 33 + "}"), "SHP017"),
    "just as deep as may be": of(FLOW.replace("{end: ok}", "{end: " + "[" * 28 + "x" + "]" * 28 + "}"), "SHP110"),
    "deep in what is not read": of(FLOW + "# " + "[" * 100_000 + "\n"),
    "deep in words": of(words("[" * 10_000)),
    "bytes beyond the most": of(lambda: {"a.yaml": b"#" * (4 * 1024 * 1024 + 1)}, "SHP016"),
    "a comment of four megabytes": of(lambda: {"a.yaml": FLOW + "#" * (4 * 1024 * 1024 - 1000)}, heavy=True),
    "a line of blanks": of(lambda: {"a.yaml": FLOW + " " * 3_000_000 + "\n"}, heavy=True),
    "a million empty lines": of(lambda: {"a.yaml": "\n" * 1_000_000 + FLOW}, heavy=True),
    "a million comments": of(lambda: {"a.yaml": FLOW + "#\n" * 1_000_000}, heavy=True),
    "parts beyond the most": of(lambda: {"a.yaml": "flow: [" + "a," * 200_001 + "a]"}, "SHP016", heavy=True),
    "a text of 20 001": of(words("x" * 20_001), "SHP016"),
    "a text of four million": of(lambda: {"a.yaml": words("x" * 4_000_000)}, "SHP016", heavy=True),
    "a text of 20 000": of(words("x" * 20_000)),
    "a text of 20 000 words": of(words("y " * 9_990)),
    "a text of 10 000 lines": of(words("z\n" * 9_990)),
    "a text of wide characters": of(words("\u5b57" * 6_000)),
    "a text of marks that combine": of(words("a" + "\u0301" * 19_000)),
    "a title of 20 000": of(FLOW.replace("title: T", "title: " + "T" * 20_000)),
    "a quoted text over many lines": of(FLOW.replace("Hello.", '"' + "a\n\n      " * 5_000 + '"')),
    "a folded text": of(FLOW.replace("Hello.", ">\n" + "      a\n" * 5_000)),
    "a key of 900": of(FLOW + "k" * 900 + ": x\n", "SHP107"),
    "a key of 1025": of(FLOW + "k" * 1025 + ": x\n", "SHP005"),
    "a quoted key of 100 000": of(FLOW + '? "' + "k" * 100_000 + '"\n: x\n', "SHP016"),
    "an id of 65": of(FLOW.replace("hello:", "h" * 65 + ":"), "SHP112"),
    "an outcome of 65": of(FLOW.replace("ok", "o" * 65), "SHP112"),
    "many unknown keys": of(lambda: {"a.yaml": FLOW + "".join(f"k{i}: v\n" for i in range(MANY))}, "SHP107"),
    "many unknown keys in a step": of(
        lambda: {"a.yaml": FLOW.replace("{end: ok}", "{end: ok, " + ", ".join(f"k{i}: v" for i in range(MANY)) + "}")},
        "SHP107",
    ),
    "many wrong steps": of(lambda: {"a.yaml": FLOW + "".join(f"  s{i}: {{sya: x}}\n" for i in range(MANY))}, "SHP107"),
    "many bad names": of(lambda: {"a.yaml": FLOW + "".join(f"  S{i}: {{say: x}}\n" for i in range(MANY))}, "SHP112"),
    "many unknown targets": of(
        lambda: {"a.yaml": FLOW + "".join(f"  s{i}: {{say: x, then: nowhere{i}}}\n" for i in range(MANY))}, "SHP202"
    ),
    "many wrong conditions": of(
        lambda: {
            "a.yaml": HEAD
            + "steps:\n"
            + "".join(f"  s{i}: {{say: '{{{{ x{i} }}}}'}}\n" for i in range(MANY))
            + "  done: {end: ok}\n"
        },
        "SHP311",
        "SHP016",
    ),
    "many unread expressions": of(
        lambda: {"a.yaml": FLOW + "".join(f"  s{i}: {{say: '{{{{ a{i} ** 2 }}}}'}}\n" for i in range(MANY))}, "SHP301"
    ),
    "20 001 steps": of(lambda: {"a.yaml": _steps(20_001)}, "SHP016", heavy=True),
    "many answers": of(
        lambda: {
            "a.yaml": HEAD
            + "steps:\n  hello:\n    ask: Which?\n    answers:\n"
            + "".join(f"      v{i}: {{label: L{i}, then: done}}\n" for i in range(MANY))
            + "  done: {end: ok}\n"
        },
        "SHP113",
    ),
    "many branches": of(
        lambda: {
            "a.yaml": HEAD
            + "inputs: {n: integer}\nsteps:\n  hello:\n    decide:\n"
            + "".join(f"      - when: n == {i}\n        then: done\n" for i in range(MANY))
            + "      - otherwise: done\n  done: {end: ok}\n"
        },
        "SHP113",
    ),
    "many fields": of(
        lambda: {
            "a.yaml": HEAD
            + "steps:\n  hello:\n    collect:\n"
            + "".join(f"      f{i}: text\n" for i in range(MANY))
            + "  done: {end: ok}\n"
        },
        "SHP113",
    ),
    "many outcomes": of(
        lambda: {
            "a.yaml": "flow: a\ntitle: T\ncategory: orders\nversion: 1\noutcomes:\n"
            + "".join(f"  o{i}: {{resolves: true}}\n" for i in range(MANY))
            + "  ok: {resolves: true}\n"
            + STEPS
        },
        "SHP206",
    ),
    "many inputs": of(lambda: {"a.yaml": HEAD + "inputs:\n" + "".join(f"  i{i}: text\n" for i in range(MANY)) + STEPS}),
    "many checks": of(
        lambda: {
            "a.yaml": HEAD
            + "steps:\n  hello:\n    ask: N?\n    type: integer\n    check:\n"
            + "".join(f"      - must: hello > {i}\n        message: No.\n" for i in range(MANY))
            + "  done: {end: ok}\n"
        },
        "SHP113",
    ),
    "values one through the other, 2000": of(
        lambda: {
            "a.yaml": HEAD
            + "inputs: {n: integer}\nvalues:\n  v0: n\n"
            + "".join(f"  v{i}: v{i - 1} + 1\n" for i in range(1, 2000))
            + STEPS.replace("Hello.", "'{{ v1999 }}'")
        },
        "SHP304",
    ),
    "values that double, 40": of(
        HEAD
        + "inputs: {n: integer}\nvalues:\n  v0: n\n"
        + "".join(f"  v{i}: v{i - 1} + v{i - 1}\n" for i in range(1, 41))
        + STEPS.replace("Hello.", "'{{ v40 }}'"),
        "SHP304",
    ),
    "texts that double, 30": of(
        HEAD
        + "texts:\n  t0: Hello.\n"
        + "".join(f"  t{i}: '{{{{ texts.t{i - 1} }}}}{{{{ texts.t{i - 1} }}}}'\n" for i in range(1, 31))
        + STEPS.replace("Hello.", "'{{ texts.t30 }}'"),
        "SHP304",
    ),
    "1000 files": of(lambda: _files(1000), heavy=True),
    "a text of values, 2000": of(lambda: {"a.yaml": value("n + 1").replace("It is {{ x }}.", "{{ x }} " * 2000)}),
    "depth by not": of(value("not " * 200 + "n == 1"), "SHP301"),
}
