"""
The words of a flow in another language: laid over its typed source, from which the flow is then built like any other.

What is translated is what people read: texts, questions, labels, the messages of checks. Ways, rules and values never
are, so a run in another language walks the very same graph.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from shepherd.flow.listwords import list_states, offered_states
from shepherd.flow.marks import mark
from shepherd.flow.plain import RESERVED
from shepherd.flow.reader import readable

TEXTS = ("say", "ask", "guide", "warn", "why")


def words_of(step: Mapping[str, Any]) -> dict[str, Any]:
    """
    What people read of a step (typed source), in the shape in which a translation writes it.

    A label that is not written is the value itself, so it is not there.
    """
    found: dict[str, Any] = {key: step[key] for key in TEXTS if key in step}
    labels = {v: way["label"] for v, way in step.get("answers", {}).items() if isinstance(way, dict) and "label" in way}
    if labels:
        found["answers"] = labels
    if isinstance(step.get("options"), dict):
        found["options"] = dict(step["options"])
    fields = {name: read for name, rules in step.get("collect", {}).items() if (read := _field(rules))}
    if fields:
        found["collect"] = fields
    if "check" in step:
        found["check"] = [rule["message"] for rule in step["check"]]
    return found | {key: step[key] for key in ("label", "help") if key in step}


def read_of(step: Mapping[str, Any]) -> dict[str, Any]:
    """
    All that people read of a step: what :func:`words_of` has, and the labels that are not written, as they are shown.

    They are no part of the mark, for nobody has changed words that were never written.
    """
    found = words_of(step)
    if labels := _labels(step.get("answers"), found.get("answers", {})):
        found["answers"] = labels
    if labels := _labels(step.get("options"), found.get("options", {})):
        found["options"] = labels
    fields = {name: _read(name, rules) for name, rules in step.get("collect", {}).items()}
    return found | ({"collect": fields} if fields else {})


def _read(name: str, rules: Any) -> dict[str, Any]:
    found = {"label": readable(name)} | _field(rules)
    labels = _labels(rules.get("options"), found.get("options", {})) if isinstance(rules, dict) else {}
    return found | ({"options": labels} if labels else {})


def _labels(offered: Any, written: Mapping[str, str]) -> dict[str, str]:
    """The label of each value that is *offered*, but for what has no letters: it is the same in every language."""
    if offered is None or isinstance(offered, str):
        return {}
    labels = {value: written.get(value, readable(value)) for value in offered}
    return {v: label for v, label in labels.items() if v in written or any(map(str.isalpha, label))}


def _field(rules: Any) -> dict[str, Any]:
    """What people read of a field."""
    if not isinstance(rules, dict):
        return {}
    found = {key: rules[key] for key in ("label", "help") if key in rules}
    return found | ({"options": dict(rules["options"])} if isinstance(rules.get("options"), dict) else {})


_READ = re.compile(r"\{\{(?:(?!\{\{|\}\}).)*\}\}", re.DOTALL)


def untouched(own: Any, said: Any) -> bool:
    """
    Whether *said*, what a customer hears in another language, still has words in which it is *own*, the flow's.

    Both are a text or a list of cases. What has no letters beside what it reads is the same in every language.
    """
    pairs = zip(_texts(own), _texts(said), strict=False)
    return any(a.strip() == b.strip() and any(map(str.isalpha, _READ.sub("", a))) for a, b in pairs)


def all_untouched(own: Any, said: Any) -> bool:
    """Whether every text of *own* that has letters, and stands in *said* too, is still the flow's own there."""
    pairs = [(a, b) for a, b in _paired(own, said) if any(map(str.isalpha, _READ.sub("", a)))]
    return bool(pairs) and all(a.strip() == b.strip() for a, b in pairs)


_SAID_IN = re.compile(r"\|\s*(date|time|datetime)\s*\(\s*([\"'])([A-Za-z-]+)\2")
_NAME = re.compile(r"[\"'](?:[^\"'\\]|\\.)*[\"']|(?<![\w.|])[a-z_][\w.]*(?!\w*\s*\()")


def left_out(own: Any, said: Any) -> tuple[str, ...]:
    """The names that *own* reads and *said*, which has its shape, does not read in any of the texts that it has."""
    pairs = list(_paired(own, said))
    read = {name for _, text in pairs for name in _read_in(text)}
    return tuple(dict.fromkeys(name for text, _ in pairs for name in _read_in(text) if name not in read))


def _read_in(text: str) -> Iterator[str]:
    for braces in _READ.findall(text):
        names = _NAME.findall(braces[2:-2].partition("|")[0])
        yield from (name for name in names if name[0] not in "\"'" and name not in RESERVED)


def said_in_another(text: str, language: str) -> re.Match[str] | None:
    """A day or an hour that *text*, which is in *language*, says in another one; the third group is that."""
    found = (m for m in _SAID_IN.finditer(text) if m[3].partition("-")[0].lower() != language.partition("-")[0].lower())
    return next(found, None)


def faithful(own: Any, said: Any, language: str) -> bool:
    """Whether *said* reads all that *own* reads, and says its days and hours in *language*."""
    return not left_out(own, said) and not any(said_in_another(text, language) for _, text in _paired(own, said))


def _paired(own: Any, said: Any) -> Iterator[tuple[str, str]]:
    """The texts of *own* beside those that *said*, which has its shape, has in their place."""
    if not isinstance(own, dict):
        yield from zip(_texts(own), _texts(said), strict=False)
    elif isinstance(said, Mapping):
        for key in own.keys() & said.keys():
            yield from _paired(own[key], said[key])


def _texts(words: Any) -> Iterator[str]:
    for case in words if isinstance(words, list | tuple) else (words,):
        yield str(case.get("is", case.get("otherwise", "")) if isinstance(case, Mapping) else case)


def values_of(asked: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """The values of a step's answers, or of the options of a step or field, that may have a label."""
    offered = asked.get(key, ())
    return () if isinstance(offered, str) else tuple(offered)


def laid_over(flow: Mapping[str, Any], translation: Mapping[str, Any]) -> dict[str, Any]:
    """The typed source of *flow* with the words of *translation*; what it leaves out stays as it is."""
    steps = dict(flow["steps"])
    for name, words in translation.get("steps", {}).items():
        if name in steps:
            steps[name] = _step(steps[name], words)
    texts = dict(flow.get("texts", {}))
    texts |= {name: text["is"] for name, text in translation.get("texts", {}).items() if name in texts}
    made = {**flow, "steps": steps, "title": translation.get("title", flow["title"])}
    return made | ({"texts": texts} if texts else {})


def _step(step: Mapping[str, Any], words: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(step) | {key: words[key] for key in (*TEXTS, "label", "help") if key in words and key in step}
    if "answers" in words and "answers" in step:
        made["answers"] = {value: _way(way, words["answers"].get(value)) for value, way in step["answers"].items()}
    if "options" in words and not isinstance(step.get("options"), str | None):
        made["options"] = _options(step["options"], words["options"])
    if "collect" in words and "collect" in step:
        fields = step["collect"]
        made["collect"] = {name: _labelled(rules, words["collect"].get(name, {})) for name, rules in fields.items()}
    if "check" in words and "check" in step:
        told = [*words["check"], *(rule["message"] for rule in step["check"][len(words["check"]) :])]
        made["check"] = [{**rule, "message": said} for rule, said in zip(step["check"], told, strict=False)]
    return made


def _way(way: Any, label: str | None) -> Any:
    if label is None:
        return way
    return {**way, "label": label} if isinstance(way, dict) else {"label": label, "then": way}


def _options(options: Any, labels: Mapping[str, str]) -> dict[str, str]:
    before = options if isinstance(options, dict) else {value: readable(value) for value in options}
    return {value: labels.get(value, label) for value, label in before.items()}


def _labelled(rules: Any, words: Mapping[str, Any]) -> Any:
    if not words:
        return rules
    made = dict(rules) if isinstance(rules, dict) else {"type": rules}
    made |= {key: words[key] for key in ("label", "help") if key in words}
    if "options" in words and not isinstance(made.get("options"), str | None):
        made["options"] = _options(made["options"], words["options"])
    return made


class Covered(NamedTuple):
    """How many of *all* texts that people hear or read of a flow are translated, and how many of them are stale."""

    done: int
    stale: int
    all: int

    @property
    def percent(self) -> int:
        """In hundredths, rounded down: 100 is all."""
        return 100 * self.done // self.all if self.all else 100


def list_covered(listed: Mapping[str, Any], translation: Mapping[str, Any]) -> Covered:
    """How far *translation* has the labels of a list (both typed source)."""
    states = [state for _, state in list_states(listed, translation)]
    return Covered(states.count("done"), states.count("stale"), len(states))


HEARD = ("say", "ask")


def covered(flow: Mapping[str, Any], translation: Mapping[str, Any], documents: Mapping[str, Any]) -> Covered:
    """
    How far *translation* says what *flow* (both typed source) says, asks and shows: its title, each text, each label.

    The labels of lists that it offers count with it: they and their translations are among *documents*. A title carries
    no mark: one that is still the flow's own is to be looked at.
    """
    states = [state for _, state in said_of(flow, translation)]
    states += [state for _, state in offered_states(flow, documents, translation["language"])]
    return Covered(states.count("done"), states.count("stale"), len(states))


def said_of(flow: Mapping[str, Any], translation: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each text of *flow* by its place, like ``greet/say``, and whether it is ``done``, ``stale`` or ``missing``."""
    title = translation.get("title")
    yield "title", "missing" if title is None else "stale" if untouched(flow["title"], title) else "done"
    steps = translation.get("steps", {})
    for name, step in flow["steps"].items():
        said = steps.get(name, {})
        own = words_of(step)
        true = "done" if said.get("of") == mark(own) and faithful(own, said, translation["language"]) else "stale"
        for place, there in _leaves(read_of(step), said):
            yield f"{name}/{place}", true if there else "missing"
    for name, text in flow.get("texts", {}).items():
        known = translation.get("texts", {}).get(name)
        done = known is not None and known["of"] == mark(text) and faithful(text, known["is"], translation["language"])
        yield f"texts/{name}", "missing" if known is None else "done" if done else "stale"


def _leaves(words: Mapping[str, Any], said: Any) -> Iterator[tuple[str, bool]]:
    """Each text in *words* by its place, and whether *said*, which has their shape, has it too."""
    for key, value in words.items():
        there = isinstance(said, Mapping) and key in said
        if isinstance(value, dict):
            yield from ((f"{key}/{place}", known) for place, known in _leaves(value, said[key] if there else {}))
        elif key == "check":
            yield from ((f"check/{n}", there and n <= len(said[key])) for n, _ in enumerate(value, 1))
        else:
            yield key, there


def silent(flow: Mapping[str, Any]) -> bool:
    """Whether *flow* (typed source) has nothing to say to a customer."""
    return not flow.get("texts") and not any(key in step for step in flow["steps"].values() for key in HEARD)


def heard_in(step: Mapping[str, Any], name: str, translations: Iterable[Mapping[str, Any]]) -> bool:
    """Whether all that *step* says and asks is said by one of *translations*."""
    said = [translation.get("steps", {}).get(name, {}) for translation in translations]
    return all(any(key in words for words in said) for key in HEARD if key in step)
