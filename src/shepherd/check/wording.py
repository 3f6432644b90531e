"""How a flow speaks: what is too long to be said, asks two things at once, says nothing, or was never written out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from shepherd.check import plain_english as english
from shepherd.check.known import Known
from shepherd.check.said import SHOWN, SPOKEN, Said, fields_of, own_options, said, translated
from shepherd.flow.findings import Finding, Place, Rule
from shepherd.flow.listwords import LISTED
from shepherd.flow.model import Ask, Flow, Step
from shepherd.flow.parse import Wrong, tree_of
from shepherd.flow.scope import Around, uses
from shepherd.flow.tree import reads

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft
    from shepherd.flow.expression import Expression

MOST_WORDS, LONGEST_SENTENCE, LONGEST_CONDITION = 60, 25, 100

TOO_LONG = Rule(
    "SHP901",
    "too-long-to-say",
    "warning",
    f"Nobody can follow more than {MOST_WORDS} words in one go, or a sentence of more than {LONGEST_SENTENCE}, by ear. "
    "Values in braces count as one word.",
)
TWO_QUESTIONS = Rule(
    "SHP902",
    "two-questions",
    "warning",
    "One answer to two questions is the answer to neither: ask one thing a step.",
)
VAGUE = Rule(
    "SHP903",
    "vague-label",
    "warning",
    "A label is read without its question, under time: it has to say by itself what it stands for.",
)
PLACEHOLDER = Rule(
    "SHP904",
    "placeholder-left",
    "warning",
    "Words that were to be written out later, or a value without its two braces, would be read to a customer as they "
    "stand.",
)
HARDER = Rule(
    "SHP905",
    "harder-word",
    "warning",
    "A word from letters and contracts costs the listener time where an everyday one says the same.",
)
NO_HELP = Rule(
    "SHP906",
    "refused-without-help",
    "warning",
    "Whoever is refused has to learn what would be taken: a `pattern` needs a `help`, and the message of a check says "
    "more than that something is wrong.",
)
BY_COLOUR = Rule(
    "SHP907",
    "told-by-colour-alone",
    "warning",
    "Many people can't tell some colours apart, and nobody hears one: name what it is or where it stands, and give who "
    "can't tell the colour of a light an answer.",
)
LONG_CONDITION = Rule(
    "SHP908",
    "long-condition",
    "warning",
    f"A condition of more than {LONGEST_CONDITION} characters can't be read aloud: give its parts names in `values`.",
)
RULES = (TOO_LONG, TWO_QUESTIONS, VAGUE, PLACEHOLDER, HARDER, NO_HELP, BY_COLOUR, LONG_CONDITION)

#: Where a sentence ends: at its mark, at an empty line, before a point of a list.
_ENDS = re.compile(r"(?<=[.!?…:;。！？])\s+|\n\s*\n|\n\s*(?=[-*•] |\d{1,2}[.)] )")
_ASKED = re.compile("[?？؟]")
# Marks of words that are still to come are written in two parts: this file has none itself.
_LEFT = re.compile(
    r"\b(?:TO"
    r"DO|FIX"
    r"ME|TB[ACD]|XX"
    r"X+)\b|(?i:\blorem ipsum\b|\bplaceholder\b)|\?{3,}|_{3,}|"
    r"<[A-Za-z][\w -]{0,30}>|\$\{\w[\w.]*\}|\{ {0,3}\w[\w.]* {0,3}\}|%\(\w+\)s|(?<!\d)%s\b"
)
#: What stands between single braces; a value if it reads what the flow knows.
_BRACED = re.compile(r"(?<!\{)\{([^{}\n]{1,200})\}(?!\})")
#: In what is read aloud, words in brackets are nobody's words yet. ("[pause]" is for the agent's eyes: a guide.)
_BRACKETS = re.compile(r"\[[A-Za-z][\w .'-]{0,30}\]|\binsert (?:the )?\w+ here\b", re.IGNORECASE)


def wording(draft: Draft) -> Iterator[Finding]:
    """What is wrong with how the flows speak; by English words only where their words are English."""
    around = Around(draft.flows, draft.policy, draft.connectors)
    for flow in draft.flows.values():
        texts = list(said(flow))
        plain = english.is_english(one.words for one in texts)
        judge = _Judge(flow.file, flow.id, plain=plain, known=partial(Known, flow, around))
        for one in texts:
            yield from judge.text(one)
        for step in flow.steps.values():
            yield from judge.step(step)
        yield from judge.conditions(flow)
    for document in draft.translations:
        language = document.typed["language"]
        of = document.typed["translation"]
        flow_id = "" if of.startswith(LISTED) else of
        known = partial(Known, draft.flows[flow_id], around) if flow_id in draft.flows else None
        judge = _Judge(document.file, flow_id, plain=language.partition("-")[0] == "en", known=known)
        for one in translated(document.root):
            yield from judge.text(one)


class _Judge:
    """Judges the words of one file, of *flow*; *plain*: they are English. *known* gives the names of the flow."""

    def __init__(self, file: str, flow: str, *, plain: bool, known: Callable[[], Known] | None):
        self.file, self.flow, self.plain, self.known = file, flow, plain, known

    def at(self, rule: Rule, place: Place, message: str, hint: str, step: str = "") -> Finding:
        return rule.at(place, message, file=self.file, hint=hint, flow=self.flow, step=step)

    def text(self, one: Said) -> Iterator[Finding]:
        """What a single text shows."""
        yield from self.left(one)
        if one.role in SPOKEN:
            yield from self.length(one)
        if one.role == "ask":
            yield from self.two_questions(one)
        if self.plain and one.role in SPOKEN | SHOWN:
            yield from self.harder(one)
        if self.plain and one.role == "label" and english.VAGUE.fullmatch(one.words.strip()):
            hint = "Say what the customer said, or what is meant by it."
            yield self.at(VAGUE, one.place, f'The label "{one.words}" says nothing by itself.', hint, one.step)
        if self.plain and one.role == "message" and english.UNHELPFUL.fullmatch(one.words.strip()):
            hint = "Say what would be taken, such as: The day has to lie before today."
            yield self.at(
                NO_HELP, one.place, f'"{one.words.strip()}" does not say what would be right.', hint, one.step
            )
        found = english.BY_COLOUR.search(one.words) if self.plain else None
        if found is not None and one.role in SPOKEN | SHOWN | {"guide", "warn"}:
            message = f'"{found[0]}" is told by its colour alone.'
            hint = "Name what is written on it, or where it stands."
            yield self.at(BY_COLOUR, one.at(*found.span()), message, hint, one.step)

    def left(self, one: Said) -> Iterator[Finding]:
        """Words that were never written out."""
        found = _LEFT.search(one.words) or (_BRACKETS.search(one.words) if one.role in SPOKEN else None)
        hint = "Write the words out; a value stands in two braces: {{ name }}."
        if found is None and (found := next(filter(self.is_value, _BRACED.finditer(one.words)), None)) is not None:
            hint = f"A value stands in two braces: {{{{ {found[1].strip()} }}}}."
        if found is not None:
            yield self.at(PLACEHOLDER, one.at(*found.span()), f'"{found[0]}" was left in these words.', hint, one.step)

    def is_value(self, braced: re.Match[str]) -> bool:
        """Whether what stands between single braces reads names of the flow, and nothing else."""
        try:
            read = reads(tree_of(braced[1], filters=True))
        except Wrong:
            return False
        names = self.known() if read and self.known is not None else None
        return names is not None and all(names.unknown(one) is None for one in read)

    def length(self, one: Said) -> Iterator[Finding]:
        """A text, or one sentence of it, that is too long for the ear."""
        words = len(one.words.split())
        if words > MOST_WORDS:
            message = f"These are {words} words in one go; by ear, {MOST_WORDS} can be followed."
            yield self.at(
                TOO_LONG, one.place, message, "Say it in several steps, or leave out what can wait.", one.step
            )
            return
        start = 0
        for end in [*(found.start() for found in _ENDS.finditer(one.words)), len(one.words)]:
            words = len(one.words[start:end].split())
            if words > LONGEST_SENTENCE:
                while one.words[start].isspace():
                    start += 1
                message = f"This sentence has {words} words; by ear, {LONGEST_SENTENCE} can be followed."
                yield self.at(TOO_LONG, one.at(start, end), message, "Make two sentences of it.", one.step)
                return
            start = end

    def two_questions(self, one: Said) -> Iterator[Finding]:
        """A second mark of a question, or a question that hangs on the first by "and"."""
        marks = list(_ASKED.finditer(one.words))
        found = None
        if len(marks) > 1:
            found = marks[1]
        elif marks and self.plain:
            start = max((end.end() for end in _ENDS.finditer(one.words, 0, marks[0].start())), default=0)
            if english.BEGINS_AS_QUESTION.match(one.words, start):
                found = english.SECOND.search(one.words, start, marks[0].start())
        if found is not None:
            hint = "Ask one thing here, and the other in a step of its own."
            yield self.at(TWO_QUESTIONS, one.at(*found.span()), "This asks two things at once.", hint, one.step)

    def harder(self, one: Said) -> Iterator[Finding]:
        for found in english.harder(one.words):
            easier = english.HARDER[found[0].lower()]
            message = f'"{found[0]}" is harder than it needs to be.'
            yield self.at(HARDER, one.at(*found.span()), message, f"Say: {easier}.", one.step)

    # --- what a whole step shows -----------------------------------------------------------------------

    def step(self, step: Step) -> Iterator[Finding]:
        """What is wrong with how a step asks."""
        for field in fields_of(step):
            if field.pattern and not field.help:
                message = f'"{field.name}" has to have a form that nobody is told.'
                hint = "Tell it under `help`, with an example."
                yield self.at(NO_HELP, step.places.get("pattern", field.place), message, hint, step.id)
        action = step.action
        if self.plain and isinstance(action, Ask):
            options = own_options(action.field)
            question = action.question.source
            yields = [o for o in options if o.label.strip().casefold() in ("yes", "no")]
            if yields and english.OPEN_QUESTION.match(_last_sentence(question)):
                message = f'"{yields[0].label}" does not answer this question.'
                yield self.at(VAGUE, yields[0].place, message, "Let the label say what the answer is.", step.id)
            bare = [o for o in options if english.BARE_COLOUR.fullmatch(o.label.strip())]
            if len(bare) > 1 and english.LIGHT.search(question) and not _can_not_tell(o.label for o in options):
                message = "Whoever can't tell these colours apart has no answer here."
                hint = "Add an answer such as: They can't tell the colour."
                yield self.at(BY_COLOUR, bare[0].place, message, hint, step.id)

    def conditions(self, flow: Flow) -> Iterator[Finding]:
        """Conditions that can't be read aloud."""
        for step in flow.steps.values():
            for use in uses(flow, step):
                if use.role in ("when", "must", "show_if"):
                    yield from self.condition(use.expression, step.id)
        for value in flow.values.values():
            for case in value.cases:
                if case.when is not None:
                    yield from self.condition(case.when, "")

    def condition(self, one: Expression, step: str) -> Iterator[Finding]:
        long = len(" ".join(one.source.split()))
        if long > LONGEST_CONDITION:
            message = f"This condition has {long} characters; {LONGEST_CONDITION} can be read aloud."
            yield self.at(LONG_CONDITION, one.place, message, "Give its parts names under `values`.", step)


def _last_sentence(text: str) -> str:
    return _ENDS.split(text.strip())[-1]


def _can_not_tell(labels: Iterable[str]) -> bool:
    return any(english.CAN_NOT_TELL.search(label) for label in labels)
