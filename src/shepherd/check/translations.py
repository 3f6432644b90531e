"""Translations: of flows and steps that there are, of the words as they are now, saying nothing that can't be said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from shepherd.check.callgraph import led_into, others_of
from shepherd.check.names import names
from shepherd.check.secrets import secrets
from shepherd.check.values import values
from shepherd.check.written import is_written
from shepherd.flow.document import Document
from shepherd.flow.draft import built_anew
from shepherd.flow.findings import Finding, Place, Rule, allowed, nearest
from shepherd.flow.languages import falls_back, language_in_english
from shepherd.flow.listwords import LISTED, is_translated, offered_in
from shepherd.flow.marks import UNTRANSLATED, mark
from shepherd.flow.saying import SAYINGS
from shepherd.flow.shown import many
from shepherd.flow.source import Map, Node, Scalar, Seq
from shepherd.flow.translations import laid_over, left_out, said_in_another, said_of, silent, values_of, words_of

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft

UNKNOWN = Rule(
    "SHP811",
    "nothing-to-translate",
    "error",
    "A translation is of a flow, a step, an answer or a text that there is; a misspelt one would never be said.",
)
STALE = Rule(
    "SHP812",
    "stale-translation",
    "warning",
    "The words have changed since they were translated: look at them, and write the new mark.",
)
MISSING = Rule(
    "SHP813",
    "missing-translation",
    "warning",
    "These texts are still said and shown in the flow's own language.",
)
UNSAYABLE = Rule(
    "SHP814",
    "translation-does-not-fit",
    "error",
    "Translated words are held to what the flow's own are: every name that they read is known and set there.",
)
LEADS_OUT = Rule(
    "SHP815",
    "leads-out-of-the-language",
    "warning",
    "A contact that is guided in one language would be spoken to in another from here on.",
)
UNFAITHFUL = Rule(
    "SHP816",
    "unfaithful-translation",
    "warning",
    "Translated words say all values that the flow's own say, and days and hours in their own language.",
)
RULES = (UNKNOWN, STALE, MISSING, UNSAYABLE, LEADS_OUT, UNFAITHFUL)
LABELLED = ("answers", "options", "collect")


def translations(draft: Draft) -> Iterator[Finding]:
    """What is wrong with the words of flows in other languages."""
    for document in draft.translations:
        flow = document.typed["translation"]
        if flow.startswith(LISTED):
            continue
        source = draft.documents.get(f"flow:{flow}")
        if source is not None:
            yield from _Translation(document, source).findings(draft)
        elif not is_written(draft, flow):
            hint = nearest(flow, draft.flows) or f"Flows: {allowed(draft.flows)}."
            place = document.root.entries[0][1].place
            yield UNKNOWN.at(place, f'There is no flow "{flow}".', file=document.file, hint=hint)


class _Translation:
    """One file of words, and the typed source of the flow that they are of."""

    def __init__(self, document: Document, source: Mapping[str, Any]):
        self.document, self.source = document, source
        self.flow: str = source["flow"]

    def at(self, rule: Rule, place: Place, message: str, hint: str, step: str = "") -> Finding:
        """A finding in this file."""
        return rule.at(place, message, file=self.document.file, hint=hint, flow=self.flow, step=step)

    def findings(self, draft: Draft) -> Iterator[Finding]:
        root, misspelt = self.document.root, set()
        for part, known in (("steps", self.source["steps"]), ("texts", self.source.get("texts", {}))):
            for key, node in _pairs(root.get(part)):
                if key not in known:
                    hint = nearest(key, known) or f"Known: {allowed(known)}."
                    yield self.at(UNKNOWN, node.place, f'"{key}" is not one of its {part}.', hint)
                    continue
                words = words_of(known[key]) if part == "steps" else known[key]
                if isinstance(node, Map):
                    stale = list(self.marked(node, words, key))
                    yield from stale or self.unfaithful(node, words, key, part)
                    if part == "steps":
                        found = list(self.strange(node, known[key], key))
                        misspelt |= {key} if found else set()
                        yield from found
        yield from self.missing(misspelt)
        yield from self.lists(draft)
        yield from self.leads_out(draft)
        yield from self.unsayable(draft)

    def marked(self, node: Map, words: Any, name: str) -> Iterator[Finding]:
        """A mark that is not that of the words as they are now."""
        of = node.get("of")
        if of is not None and getattr(of, "text", "") != mark(words):
            message = f'The words of "{name}" are no longer those that were translated.'
            hint = f'Look at them, then write of: "{mark(words)}".'
            if getattr(of, "text", "") == UNTRANSLATED:
                message = f'The words of "{name}" are not translated yet.'
                done = f"shepherd translate {self.flow} {self.document.typed['language']} --accept"
                hint = f'Translate them, then {done}. If they are right as they are, write of: "{mark(words)}".'
            yield self.at(STALE, of.place, message, hint, name)

    def unfaithful(self, node: Map, words: Any, name: str, part: str) -> Iterator[Finding]:
        """Values that are left out, and days and hours that are said in another language."""
        said, language = self.document.typed[part][name], self.document.typed["language"]
        step = name if part == "steps" else ""
        gone = left_out(words, said if step else said.get("is"))
        if gone:
            place = next((word.place for word in _words(node)), node.place)
            message = f'The words of "{name}" leave out {allowed(gone)}, which the flow\'s own say.'
            yield self.at(UNFAITHFUL, place, message, f"Say it too: {{{{ {gone[0]} }}}}.", step)
        for word in _words(node):
            found = said_in_another(word.text, language)
            if found is not None:
                tag = language.partition("-")[0]
                hint = f'Write {found[1]}("{tag}").' if tag in SAYINGS else f"Write {found[1]} alone."
                message = f"This is said in {language_in_english(found[3])}."
                yield self.at(UNFAITHFUL, word.at(found.start(1), found.end() + 1), message, hint, step)

    def strange(self, node: Map, step: Mapping[str, Any], name: str) -> Iterator[Finding]:
        """Words for what the step does not have."""
        known = words_of(step)
        for key, below in _pairs(node):
            if key in LABELLED:
                offered = tuple(step.get(key, ())) if key == "collect" else values_of(step, key)
                for value, label in _pairs(below):
                    if value not in offered:
                        hint = nearest(value, offered) or f"It has: {allowed(offered) or 'none'}."
                        yield self.at(UNKNOWN, label.place, f'"{name}" has no "{value}" in its {key}.', hint, name)
            elif key != "of" and key not in known:
                hint = f"It has: {allowed(known) or 'none'}."
                yield self.at(UNKNOWN, below.place, f'"{name}" has no words under "{key}".', hint, name)

    def missing(self, misspelt: Set[str]) -> Iterator[Finding]:
        """What people hear or read of the flow and has no words here, but for steps where a name is *misspelt*."""
        texts = list(said_of(self.source, self.document.typed))
        lacking = [p for p, state in texts if state == "missing" and p.partition("/")[0] not in misspelt]
        if lacking:
            place = self.document.root.get("language")
            verb = "is" if len(lacking) == 1 else "are"
            message = f"{len(lacking)} of {many(len(texts), 'text')} {verb} not there yet: {allowed(lacking, 8)}."
            hint = f"shepherd translate {self.flow} {self.document.typed['language']} writes them down."
            yield self.at(MISSING, place.place if place else self.document.root.place, message, hint)

    def lists(self, draft: Draft) -> Iterator[Finding]:
        """The lists that are offered and have no labels in the language: those would be shown in another."""
        language, place = self.document.typed["language"], self.document.root.get("language")
        for name in offered_in(self.source):
            if name in draft.lists and not is_translated(draft.documents, name, language):
                message = f'It offers "{LISTED}{name}", which has no labels in {language_in_english(language)}.'
                hint = f"shepherd translate {LISTED}{name} {language} writes them down."
                yield self.at(MISSING, place.place if place else self.document.root.place, message, hint)

    def leads_out(self, draft: Draft) -> Iterator[Finding]:
        """The flows that this one calls or hands on to, which say something and have no words in its language."""
        flow, language = draft.flows.get(self.flow), self.document.typed["language"]
        for _, other in others_of(flow) if flow is not None else ():
            source = draft.documents.get(f"flow:{other.flow}")
            if (
                source is None
                or silent(source)
                or any(f"translation:{other.flow}.{tag}" in draft.documents for tag in falls_back(language))
            ):
                continue
            place = self.document.root.get("language")
            message = f'It leads to "{other.flow}", which has no words in {language_in_english(language)}.'
            hint = f"shepherd translate {other.flow} {language} writes them down."
            yield self.at(LEADS_OUT, place.place if place else self.document.root.place, message, hint)

    def unsayable(self, draft: Draft) -> Iterator[Finding]:
        """What the flow, said in this language, would break in, and does not in its own."""
        if self.flow not in draft.flows:
            return
        spoken, found = built_anew(draft, laid_over(self.source, self.document.typed))
        if not found and spoken is not None:
            near = {name: draft.flows[name] for name in led_into(draft.flows, [self.flow])}
            found = self.unfitting(replace(draft, flows=near | {self.flow: spoken}))
            own = {(f.code, f.step) for f in self.unfitting(replace(draft, flows=near))} if found else set()
            found = [f for f in found if (f.code, f.step) not in own]
        steps = dict(_pairs(self.document.root.get("steps")))
        for finding in found:
            place = _where(steps.get(finding.step, self.document.root), finding.message)
            yield self.at(UNSAYABLE, place, finding.message, finding.hint, finding.step)

    def unfitting(self, spoken: Draft) -> list[Finding]:
        """What the families that look into words find in this flow."""
        return [f for family in (names, values, secrets) for f in family(spoken) if f.flow == self.flow]


def _where(node: Node, message: str) -> Place:
    """The words in *node* that read what *message* quotes, else the first ones."""
    words = list(_words(node))
    for quoted in re.findall('"([^"]+)"', message):
        name = re.compile(rf"(?<!\w){re.escape(quoted)}(?!\w)")
        for word in words:
            reads = re.search(r"\{[{%]", word.text)
            if reads and (found := name.search(word.text, reads.end())):
                return word.at(*found.span())
    read = [word for word in words if "{{" in word.text] or words
    return read[0].place if read else node.place


def _words(node: Node) -> Iterator[Scalar]:
    """Every text in *node* that people read."""
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Seq):
        for item in node.items:
            yield from _words(item)
    else:
        for key, below in node.entries:
            if key.text not in ("of", "translation", "language", "when"):
                yield from _words(below)


def _pairs(node: Node | None) -> Iterator[tuple[str, Node]]:
    """The entries of a map by the texts of their keys."""
    for key, value in node.entries if isinstance(node, Map) else ():
        yield key.text, value
