"""From a schema's errors to findings: one mistake, one sentence, at the word that has to change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from shepherd.flow import colons
from shepherd.flow.calendar import meant_span
from shepherd.flow.findings import NOWHERE, Finding, Place, Rule, allowed
from shepherd.flow.ids import ID
from shepherd.flow.source import Map, Node, Scalar, Seq
from shepherd.flow.synonyms import as_name, meant

MISSING_KEY = Rule("SHP106", "missing-key", "error", "Some keys must be there, or nobody can tell what is meant.")
UNKNOWN_KEY = Rule(
    "SHP107",
    "unknown-key",
    "error",
    "A key that means nothing is nearly always misspelt; nothing is skipped in silence.",
)
NO_VERB = Rule(
    "SHP108", "no-verb", "error", "A step says something or does something; an empty one would stop the run."
)
TWO_VERBS = Rule("SHP109", "two-verbs", "error", "A step has one main verb, so that it goes on in one way.")
WRONG_SHAPE = Rule(
    "SHP110", "wrong-shape", "error", "Where keys belong there are keys, where a list belongs there is a list."
)
NOT_ALLOWED = Rule("SHP111", "not-allowed", "error", "Here only certain words are allowed.")
BAD_NAME = Rule(
    "SHP112",
    "bad-name",
    "error",
    "Names are `[a-z][a-z0-9_]*`, answers' values `[A-Za-z0-9._-]`, at most 64 characters: they are kept for ever in "
    "the record, while labels may change.",
)
BAD_VALUE = Rule("SHP113", "bad-value", "error", "Numbers, times and lengths have one way to be written, and limits.")
MISPLACED_KEY = Rule(
    "SHP114", "misplaced-key", "error", "A key that belongs to another verb would do nothing here, so it is refused."
)
RULES = (
    MISSING_KEY,
    UNKNOWN_KEY,
    NO_VERB,
    TWO_VERBS,
    WRONG_SHAPE,
    NOT_ALLOWED,
    BAD_NAME,
    BAD_VALUE,
    MISPLACED_KEY,
)

NAMES = (f"^{ID}$", "^[A-Za-z0-9._-]{1,64}$")
SHAPES = {"object": "a group of keys", "array": "a list", "string": "a text", "integer": "a whole number"}
FITS = {
    "min": "It belongs to integer, number and date.",
    "max": "It belongs to integer, number and date.",
    "length": "It belongs to text, long_text and digits.",
    "pattern": "It belongs to text, long_text and digits.",
    "options": "It belongs to choice.",
}
#: What the translation of a flow has, and that of a list has not.
IN_FLOWS = {"title", "texts", "steps"}
WORDLESS = {"say", "guide", "warn", "why", "article", "tag", "note"}
VERBS = ("ask", "collect", "decide", "call", "lookup", "do", "escalate", "end")
Path = tuple[str | int, ...]
MOST_KEYS = 250
#: So much of what is no name is looked at for one.
MOST_GUESSED = 80


class Spot(NamedTuple):
    """A node whose value was judged: where it stands, and whose it is."""

    root: Node
    file: str
    flow: str = ""
    step: str = ""
    key: Scalar | None = None

    def at(self, rule: Rule, place: Place, message: str, hint: str) -> Finding:
        """A finding here."""
        return rule.at(place, message, file=self.file, hint=hint, flow=self.flow, step=self.step)

    def find(self, path: Path) -> tuple[Node, Scalar | None]:
        """The node at *path*, and the key that it belongs to."""
        node, key = self.root, self.key
        for part in path:
            if isinstance(node, Map):
                key, node = next((e for e in node.entries if e[0].text == part), (key, node))
            elif isinstance(node, Seq) and isinstance(part, int) and part < len(node.items):
                key, node = None, node.items[part]
        return node, key

    def place(self, path: Path) -> Place:
        """Where *path* stands: a scalar itself, else the key of the group or list, else its first word."""
        node, key = self.find(path)
        if isinstance(node, Scalar):
            return node.place
        if key is not None:
            return key.place
        if isinstance(node, Map) and node.entries:
            return node.entries[0][0].place
        line, column, _, _ = node.place
        return Place(line, column, line, column + 1)

    def key_place(self, path: Path, key: str) -> Place:
        """Where the key *key* of the group at *path* stands."""
        node, _ = self.find(path)
        entries = node.entries if isinstance(node, Map) else ()
        return next((k.place for k, _ in entries if k.text == key), NOWHERE)


def findings_of(
    errors: Iterable[Any], spot: Spot, offered: Mapping[str, tuple[str, ...]] | None = None
) -> Iterator[Finding]:
    """A finding for each mistake; *offered* are the keys of all steps, where *spot* is a step."""
    flat = [error for top in errors for error in _branch(top)]
    guessed = {word for e in flat if e.validator == "additionalProperties" for word in _guessed(e)}
    seen: set[tuple[Place, str]] = set()
    for error in flat:
        if guessed.intersection(_needed(error)):
            continue
        for finding in _say(error, spot, offered or {}):
            if (finding.place, finding.code) not in seen:
                seen.add((finding.place, finding.code))
                yield finding


def _branch(error: Any) -> Iterator[Any]:
    """The errors of the alternative that was meant: the one for what is written there, a text, a list or a group."""
    if error.validator not in ("anyOf", "oneOf") or not error.context:
        yield error
        return
    groups: dict[Any, list[Any]] = {}
    for inner in error.context:
        groups.setdefault(inner.relative_schema_path[0], []).append(inner)
    fitting = [g for g in groups.values() if not any(e.validator == "type" and not e.relative_path for e in g)]
    if not fitting or all("type" not in part and "$ref" not in part for part in error.validator_value):
        yield error
        return
    meant = fitting[0]
    if isinstance(error.instance, list) and all(e.validator == "type" and len(e.relative_path) == 1 for e in meant):
        # No line of the list is what lines have to be: then it is the list that is wrong, told once.
        other = [e for group in groups.values() for e in group if e.validator == "type" and not e.relative_path]
        meant = other[:1] or meant
    for inner in meant:
        yield from _branch(inner)


def _needed(error: Any) -> list[str]:
    """The keys that *error* misses, all of them or one of them."""
    if error.validator == "required":
        return list(error.validator_value)
    alternatives = error.validator_value if error.validator == "anyOf" else ()
    return [part["required"][0] for part in alternatives if "required" in part]


def _known(error: Any) -> tuple[str, ...]:
    return tuple(error.schema.get("properties", ()))


def _extra(error: Any) -> list[str]:
    """The keys that mean nothing, as many as anybody reads."""
    known = error.schema.get("properties", ())
    return list(islice((key for key in error.instance if key not in known and key[:1] != "\0"), MOST_KEYS))


def _guessed(error: Any) -> set[str]:
    """The known keys that the unknown ones look like."""
    words = (meant(key, _known(error)) for key in _extra(error))
    found = {word.partition('"')[2].rpartition('"')[0] for word in words if word}
    return found | {"when"} if "otherwise" in found else found  # a last line needs no condition


def _say(error: Any, spot: Spot, offered: Mapping[str, tuple[str, ...]]) -> Iterator[Finding]:
    path: Path = tuple(error.absolute_path)
    place = spot.place(path)
    node, key = spot.find(path)
    kind, wanted = error.validator, error.validator_value
    if kind == "additionalProperties":
        yield from _unknown(error, path, spot, offered)
    elif kind == "required":
        missing = next(k for k in wanted if k not in error.instance)
        yield spot.at(MISSING_KEY, place, f'"{missing}" is missing here.', _what(error, missing))
    elif kind in ("anyOf", "oneOf"):
        yield _neither(error, spot, place, key)
    elif kind == "type":
        yield _typed(error, spot, path, node, key)
    elif kind in ("enum", "const"):
        words = [str(w) for w in (wanted if kind == "enum" else [wanted])]
        guess = meant(str(error.instance), words)
        hint = f"{guess} Allowed: {allowed(words)}.".strip()
        yield spot.at(NOT_ALLOWED, place, f'"{_short(error.instance)}" is not allowed {_under(key)}.', hint)
    elif kind == "pattern":
        if "propertyNames" in error.absolute_schema_path:
            place = spot.key_place(path, error.instance)
        rule = BAD_NAME if wanted in NAMES else BAD_VALUE
        what = "can't be a name" if wanted in NAMES else f"can't stand {_under(key)}"
        yield spot.at(rule, place, f'"{_short(error.instance)}" {what}.', _label(path, node) or _pattern(error))
    elif kind == "format":
        yield spot.at(
            BAD_VALUE,
            place,
            f'"{_short(error.instance)}" is no day of any year {_under(key)}.',
            "Write a day like 2026-11-21.",
        )
    elif kind == "properties":  # one that may not be there
        name = str(path[-1]) if path else ""
        beside = spot.key_place(path[:-1], name)
        other, hint = ("otherwise", "Make two lines of it.") if name in ("when", "then", "is") else ("this type", "")
        if len(path) == 1 and isinstance(spot.root, Map) and spot.root.get("translation") is not None:
            other, hint = f"the translation of a {'list' if name in IN_FLOWS else 'flow'}", "Take it out."
        hint = hint or FITS.get(name, "Take it out, or choose another type.")
        yield spot.at(MISPLACED_KEY, beside, f'"{name}" does not go with {other}.', hint)
    elif kind == "dependentRequired":
        having, missing = next(
            (k, m) for k, ms in wanted.items() if k in error.instance for m in ms if m not in error.instance
        )
        message = f'"{having}" says nothing without "{missing}".'
        yield spot.at(MISSING_KEY, spot.key_place(path, having), message, f"Write `{missing}:` too.")
    else:
        if isinstance(node, Map) and node.entries:
            place = node.entries[0][0].place
        yield spot.at(BAD_VALUE, place, *_limit(kind, wanted, error.instance, key))


def _unknown(error: Any, path: Path, spot: Spot, offered: Mapping[str, tuple[str, ...]]) -> Iterator[Finding]:
    """One finding for each key that means nothing here."""
    known = _known(error)
    for key in _extra(error):
        place = spot.key_place(path, key)
        if not path and key in offered:
            yield spot.at(MISPLACED_KEY, place, *_misplaced(key, error.instance, offered))
            continue
        hint = f"{meant(key, known)} Allowed: {allowed(known)}.".strip()
        if not path and "steps" in known and _is_step(error.instance[key]):
            hint = "Is it a step? Then it stands below `steps:`, in the column of the others."
        yield spot.at(UNKNOWN_KEY, place, f'"{_short(key)}" is no key of this group.', hint)


def _is_step(value: Any) -> bool:
    """Whether *value* looks like a step that has slipped out of the others."""
    return isinstance(value, dict) and not value.keys().isdisjoint((*VERBS, "say"))


def _misplaced(key: str, step: Mapping[str, Any], offered: Mapping[str, tuple[str, ...]]) -> tuple[str, str]:
    """What to say of a key that belongs to another verb."""
    verb = next((v for v in VERBS if v in step), "")
    routed = next((r for r in ("answers", "results", "decide") if r in step), "")
    if not verb:
        return f'"{key}" needs a verb: this step has words only.', f"It belongs to: {', '.join(offered[key])}."
    if key in ("then", "save") and routed:
        return f'"{key}" can\'t stand beside "{routed}", which chooses the way.', f'Write it into "{routed}".'
    if key in WORDLESS:
        return f'A step with "{verb}" waits for nobody, so it bears no words.', "Say them in a message before it."
    if routed == "answers" and verb in offered[key]:
        return (
            f'"{key}" can\'t stand beside "answers".',
            "Answers are values by themselves; ask with `type` for others.",
        )
    return f'"{key}" does not go with "{verb}".', f"It belongs to: {', '.join(offered[key])}."


def _neither(error: Any, spot: Spot, place: Place, key: Scalar | None) -> Finding:
    """None of the alternatives: keys of which one must be there, or a shape that none has."""
    needed = _needed(error)
    if needed and isinstance(error.instance, dict):
        if "ask" in error.instance:
            needed = ["answers", *needed]
        message = f"{', '.join(needed[:-1])} or {needed[-1]} is missing here."
        hint = "An ask says what may be answered." if "answers" in needed else f"Write one of them: {_what_of(error)}"
        return spot.at(MISSING_KEY, place, message, hint)
    shapes = dict.fromkeys(_shape(e) for e in error.context if e.validator == "type")
    return spot.at(WRONG_SHAPE, place, f"{_has(error.instance)} can't stand {_under(key)}.", f"Write {_or(shapes)}.")


def _typed(error: Any, spot: Spot, path: Path, node: Node, key: Scalar | None) -> Finding:
    """The wrong kind of thing."""
    place = spot.place(path)
    types = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
    scalar = isinstance(error.instance, str)
    if scalar and isinstance(node, Scalar) and types[0] in ("boolean", "integer"):
        expected = "true or false" if types[0] == "boolean" else "a whole number"
        bare = not node.plain and (node.text in ("true", "false") or node.text.lstrip("-").isdigit())
        hint = f"Write {node.text} without quotes." if bare else f"Write {expected}."
        message = f'"{_short(error.instance)}" {_under(key)} is not {expected}.'
        return spot.at(BAD_VALUE, place, message, hint)
    hint = _instead(path, error.instance) if spot.step else ""
    if types[0] == "array" and scalar and not hint:
        hint = f"Write a list: [{_short(error.instance)}]."
    message = f"{_has(error.instance)} can't stand {_under(key)}."
    return spot.at(WRONG_SHAPE, place, message, hint or f"Write {_shape(error)}.")


def _instead(path: Path, instance: Any) -> str:
    """How to write what stands in a step at *path* without the keys that it needs there."""
    text = _short(instance) if isinstance(instance, str) else ""
    parted = colons.of_group(text, verbs=not path) if path in ((), ("answers",), ("results",)) else ""
    if parted:
        return parted
    if path in (("answers",), ("results",)) and isinstance(instance, list):
        values = [value for value in instance if isinstance(value, str)][:2] or ["yes", "no"]
        ways = ", ".join(f"{value}: STEP" for value in values)
        alike = f" Where all go the same way: `options: [{', '.join(values)}]`." if path == ("answers",) else ""
        return f"Write the step behind each: `{path[0]}: {{{ways}}}`.{alike}"
    if path == ("wait",) and text:
        return f"Write `wait: {{{'for' if text[0].isdigit() else 'until'}: {text}}}`."
    if path[:1] == ("check",) and len(path) < 3:
        return f"Write a list of `- must: {text or '…'}`, each with `message: …` below it."
    return ""


def _shape(error: Any) -> str:
    types = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
    return SHAPES.get(types[0], "true or false")


def _or(words: Iterable[str]) -> str:
    return " or ".join(words)


def _has(instance: Any) -> str:
    if isinstance(instance, dict):
        return "A group of keys"
    return "A list" if isinstance(instance, list) else f'The text "{_short(instance)}"'


def _under(key: Scalar | None) -> str:
    return f'under "{_short(key.text)}"' if key is not None else "here"


def _short(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 40 else f"{text[:40]}…"


def _what(error: Any, key: str) -> str:
    """What the missing key is for, in the schema's own words."""
    said = error.schema.get("properties", {}).get(key, {})
    return str(said.get("description", "")) if isinstance(said, dict) and said else f"Write `{key}:` with its value."


def _what_of(error: Any) -> str:
    """What the first of several keys, of which one has to be there, is for."""
    said = [_what(error, key) for key in _needed(error)]
    return said[0][:1].lower() + said[0][1:]


def _label(path: Path, node: Node) -> str:
    """How words behind an answer, where its way belongs, become its label; empty where they are none."""
    text = node.text if isinstance(node, Scalar) and path[:1] == ("answers",) and len(path) == 2 else ""
    if not re.search(r"\S\s+\S", text) or text.startswith(("then ", "then: ")):
        return ""
    words = _short(text)
    shown = words if re.fullmatch(r"[^\W_][^,:#{}\[\]\"]*", words) else f'"{words.replace(chr(34), "")}"'
    return f"Words belong into the label: `{path[1]}: {{label: {shown}, then: STEP}}`."


def _pattern(error: Any) -> str:
    """How what has the wrong form is written."""
    step = re.fullmatch(rf"then:?\s+({ID})", str(error.instance)) if error.validator_value in NAMES else None
    if step is not None:
        return f"Write the step alone, `{step[1]}`, or `{{then: {step[1]}}}`."
    said = error.schema.get("patternErrorMessage")
    written = str(error.instance)[:MOST_GUESSED]
    likely = (as_name(written), meant_span(written))
    fits = next((one for one in likely if one and re.search(error.validator_value, one)), "")
    said = f'Did you mean "{fits}"? {said}' if fits and said else said
    return str(said or f"It is written as {error.validator_value}, a regular expression.")


def _limit(kind: str, wanted: Any, instance: Any, key: Scalar | None) -> tuple[str, str]:
    """Too few, too many, too small, too large, or twice."""
    count = len(instance) if isinstance(instance, Sequence | Mapping) else 0
    name = key.text if key is not None else "this"
    if kind == "uniqueItems":
        return f'The list "{name}" names something twice.', "Name it once."
    if kind == "minLength":
        return f'"{name}" is empty.', "Write something, or delete the key."
    if kind in ("minItems", "minProperties"):
        hint = "For one thing, use `ask`." if name == "collect" else f"Write at least {wanted}."
        return f'"{name}" has {count or "no"} {"entry" if count == 1 else "entries"}; it needs {wanted} or more.', hint
    if kind in ("maxItems", "maxProperties", "maxLength"):
        return f'"{name}" is too long: {count}.', f"At most {wanted}."
    return f'{instance} under "{name}" is out of bounds.', f"{'At least' if kind == 'minimum' else 'At most'} {wanted}."
