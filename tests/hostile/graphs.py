"""Graphs: chains, circles, ladders and fans of steps, flows that call one another, and ways that lead nowhere."""

from __future__ import annotations

from tests.hostile.case import FLOW, HEAD, MANY, WHOLE, Case, Files, of

LONG = 20_000 if WHOLE else 2_000


def _ask(name: str, *targets: str) -> str:
    ways = ", ".join(f"a{i}: {target}" for i, target in enumerate(targets))
    return f"  {name}: {{ask: Go on?, answers: {{{ways}}}}}\n"


def _flow(steps: str, name: str = "a", head: str = "") -> str:
    return HEAD.replace("flow: a", f"flow: {name}") + head + "steps:\n" + steps


def _called(count: int, last: str, each: int = 1) -> Files:
    """*count* flows, each of which calls the next one *each* times; the last one calls *last*, or ends."""
    files: dict[str, str] = {}
    for i in range(count):
        name, following = ("a" if i == 0 else f"f{i}"), (f"f{i + 1}" if i + 1 < count else last)
        calls = "".join(
            f"  c{n}: {{call: {following}, results: {{ok: {f'c{n + 1}' if n + 1 < each else 'done'}}}}}\n"
            for n in range(each)
        )
        steps = (calls if following else "  hello: {say: x}\n") + "  done: {end: ok}\n"
        files[f"{name}.yaml"] = _flow(steps, name)
    return files


DONE = "  done: {end: ok}\n"
CASES: dict[str, Case] = {
    "a long chain": of(
        lambda: {"a.yaml": _flow("".join(f"  s{i}: {{say: x}}\n" for i in range(LONG - 1)) + DONE)}, door="checked"
    ),
    "a long chain backwards": of(
        lambda: {
            "a.yaml": _flow(
                "  first: {say: x, then: s0}\n"
                + "".join(f"  s{i}: {{say: x, then: {f's{i - 1}' if i else 'done'}}}\n" for i in reversed(range(1500)))
                + DONE
            )
        },
        "SHP201",
    ),
    "a chain of questions": of(
        lambda: {
            "a.yaml": _flow(
                "".join(_ask(f"s{i}", f"s{i + 1}" if i + 1 < MANY else "done", "done") for i in range(MANY)) + DONE
            )
        },
        door="checked",
    ),
    "a chain that is drawn": of(
        lambda: {
            "a.yaml": _flow(
                "".join(_ask(f"s{i}", f"s{i + 1}" if i < 149 else "done", "done") for i in range(150)) + DONE
            )
        }
    ),
    "ladder of 24 diamonds": of(
        lambda: {
            "a.yaml": _flow(
                "".join(
                    _ask(f"s{i}", f"l{i}", f"r{i}")
                    + f"  l{i}: {{say: x, then: s{i + 1}}}\n  r{i}: {{say: x, then: s{i + 1}}}\n"
                    for i in range(24)
                )
                + "  s24: {say: x}\n"
                + DONE
            )
        }
    ),
    "ladder that decides by what was answered": of(
        lambda: {
            "a.yaml": _flow(
                "".join(_ask(f"s{i}", f"s{i + 1}", f"s{i + 1}") for i in range(20))
                + "  s20:\n    decide:\n"
                + "".join(
                    f'      - when: s{i} == "a0" and s{(i + 1) % 20} == "a1"\n        then: done\n' for i in range(20)
                )
                + "      - otherwise: done\n"
                + DONE
            )
        }
    ),
    "each with each, 40": of(
        lambda: {
            "a.yaml": _flow(
                "".join(_ask(f"s{i}", *(f"s{j}" for j in range(40) if j != i), "done") for i in range(40)) + DONE
            )
        },
        "too much for one",
    ),
    "a step to itself": of(_flow("  hello: {say: x, then: hello}\n" + DONE), "SHP204"),
    "two that lead to each other": of(
        _flow("  hello: {say: x, then: other}\n  other: {say: x, then: hello}\n"), "SHP204"
    ),
    "a circle of all": of(
        lambda: {"a.yaml": _flow("".join(f"  s{i}: {{say: x, then: s{(i + 1) % MANY}}}\n" for i in range(MANY)))},
        "SHP204",
    ),
    "a circle that nobody stops": of(
        _flow(
            '  hello: {set: {x: "1"}, then: again}\n'
            "  again:\n    decide:\n      - when: x == 1\n        then: hello\n      - otherwise: done\n" + DONE
        ),
        "SHP208",
    ),
    "circles in circles": of(
        lambda: {
            "a.yaml": _flow(
                "".join(_ask(f"s{i}", f"s{i + 1}" if i < 39 else "done", f"s{i // 2}", "s0") for i in range(40)) + DONE
            )
        }
    ),
    "a step that is not there": of(_flow("  hello: {say: x, then: nowhere}\n" + DONE), "SHP202"),
    "a step named as an outcome": of(_flow("  hello: {say: x, then: ok}\n" + DONE), "SHP202"),
    "falls off the end": of(_flow("  hello: {say: x}\n"), "SHP207"),
    "no steps": of(HEAD + "steps: {}\n", "SHP113"),
    "nothing leads to it": of(_flow("  hello: {say: x, then: done}\n  lost: {say: x}\n" + DONE), "SHP201"),
    "islands": of(
        lambda: {
            "a.yaml": _flow(
                "  hello: {say: x, then: done}\n"
                + "".join(f"  s{i}: {{say: x, then: s{i}}}\n" for i in range(MANY))
                + DONE
            )
        },
        "SHP201",
    ),
    "a fan of 200": of(
        lambda: {
            "a.yaml": _flow(
                _ask("hello", *(f"s{i}" for i in range(200)))
                + "".join(f"  s{i}: {{say: x, then: done}}\n" for i in range(200))
                + DONE
            )
        },
        door="checked",
    ),
    "a fan that is drawn": of(
        lambda: {
            "a.yaml": _flow(
                _ask("hello", *(f"s{i}" for i in range(60)))
                + "".join(f"  s{i}: {{say: x, then: done}}\n" for i in range(60))
                + DONE
            )
        }
    ),
    "200 ways to one step": of(lambda: {"a.yaml": _flow(_ask("hello", *(["done"] * 200)) + DONE)}),
    # --- flows that call one another ---------------------------------------------------------------
    "calls itself": of(lambda: _called(1, "a"), "SHP602"),
    "two that call each other": of(lambda: _called(2, "a"), "SHP602"),
    "sixty in a circle": of(lambda: _called(60, "a"), "SHP602"),
    "calls deeper than may be": of(lambda: _called(60, ""), "SHP609"),
    "calls just as deep as may be": of(lambda: _called(8, "")),
    "calls that double": of(lambda: _called(8, "", each=2)),
    "calls of ten each": of(lambda: _called(7, "", each=10)),
    "calls nobody": of(_flow("  hello: {call: nobody, results: {ok: done}}\n" + DONE), "SHP601"),
    "calls by a path": of(_flow("  hello: {call: ../a, results: {ok: done}}\n" + DONE), "SHP112"),
    "hands on in a circle": of(
        lambda: {
            "a.yaml": _flow("  hello: {hand_on: b}\n").replace("outcomes: {ok: {resolves: true}}\n", ""),
            "b.yaml": _flow("  hello: {hand_on: a}\n", "b").replace("outcomes: {ok: {resolves: true}}\n", ""),
        },
        "SHP106",
    ),
    "hands on to itself": of(_flow(_ask("hello", "again", "done") + "  again: {hand_on: a}\n" + DONE)),
    "all call all": of(
        lambda: {
            f"{n}.yaml": _flow(
                "".join(f"  to_{m}: {{call: {m}, results: {{ok: done}}}}\n" for m in "abcdefghij" if m != n) + DONE, n
            )
            for n in "abcdefghij"
        },
        "SHP602",
    ),
    "a flow twice": of(lambda: {"x/a.yaml": FLOW, "a.yaml": FLOW}, "SHP102"),
    "a flow in the file of another": of(lambda: {"b.yaml": FLOW}, "SHP102"),
    "a check on all but one of many ways": of(
        lambda: {
            "desk.yaml": "desk: d\nassurances: {identity: {granted_by: [check]}}\nqueues: {q: {skill: s}}\n",
            "check.yaml": _flow("  hello: {say: x}\n" + DONE, "check").replace(
                "{resolves: true}", "{resolves: true, grants: identity}"
            ),
            "a.yaml": _flow(
                _ask("hello", *(f"s{i}" for i in range(150)))
                + "".join(f"  s{i}: {{call: check, results: {{ok: change}}}}\n" for i in range(149))
                + "  s149: {say: x, then: change}\n"
                + "  change: {escalate: q, requires: identity, unmet: done, outcome: ok}\n"
                + DONE
            ),
        },
        "SHP401",
    ),
}
