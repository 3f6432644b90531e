"""Flowcharts in Mermaid's text."""

from __future__ import annotations

import re

from shepherd.author.elsewhere.labels import own, plain_label
from shepherd.author.elsewhere.sketch import (
    MOST_STATIONS,
    MOST_WORDS,
    Kind,
    Mistake,
    Sketch,
    Station,
    Unreadable,
    Way,
    text_of,
)

HINT = "Save it as UTF-8."
_FENCE = re.compile(r"^(?P<mark>```|~~~) *mermaid *\n(?P<chart>.*?)^(?P=mark) *$", re.MULTILINE | re.DOTALL)
_FRONT = re.compile(r"\s*---\n(.*?)\n---[ ]*\n", re.DOTALL)
_TITLE = re.compile(r"^title: *(.*?) *$", re.MULTILINE)
_HEAD = re.compile(r"(?:flowchart(?:-elk)?|graph)(?:[ \t]+(?:TB|TD|BT|RL|LR|[<>^v]))?[ \t]*(?=[;\n]|$)")
_ASIDE = re.compile(r"(?:classDef|class|style|linkStyle|click|direction|accTitle|accDescr)\b[^\n;]*")
_GROUP = re.compile(r"subgraph\b[ \t]*(?P<id>[^\s\[\"]*)[^\n]*")
_ID = re.compile(r"\w+(?:[-./]\w+)*")
_PLAIN = re.compile(r"(?P<back><|[xo](?=--|==|-\.))?(?P<line>-{2,}[->xo]|={2,}[=>xo]|-\.+-[>xo]?|~{3,})")
_WORDED = re.compile(
    r"(?P<back><|[xo](?=--|==|-\.))?(?:--|==|-\.)[ \t]*"
    r'(?P<text>"[^"\n]{0,5000}"|[^\n|;"]{1,5000}?)[ \t]*(?P<line>-{2,}[->xo]|={2,}[=>xo]|\.+-[>xo]?)'
)
_LABEL = re.compile(r'[ \t]*\|(?P<text>"[^"]{0,5000}"|[^|\n]{0,5000})\|')
_EDGE_ID = re.compile(r"\w+@(?=[<xo]?[-=~])")
_CLASS = re.compile(r":::[\w-]+")
_DATA = re.compile(r"@\{(?P<inner>(?:\"[^\"]*\"|[^}\"])*)\}")
_DATA_LABEL = re.compile(r"\blabel: *(\"[^\"]*\"|[^,}\n]*)")
_DATA_SHAPE = re.compile(r"\bshape: *([\w-]+)")
_SHAPES: tuple[tuple[str, tuple[str, ...], Kind], ...] = (
    ("(((", (")))",), "end"),
    ("((", ("))",), "end"),
    ("([", ("])",), "end"),
    ("(", (")",), ""),
    ("[[", ("]]",), "call"),
    ("[(", (")]",), ""),
    ("[/", ("/]", "\\]"), ""),
    ("[\\", ("\\]", "/]"), ""),
    ("[", ("]",), ""),
    ("{{", ("}}",), ""),
    ("{", ("}",), "ask"),
    (">", ("]",), ""),
)
_NAMED: dict[str, Kind] = dict.fromkeys(("diam", "decision", "diamond", "question"), "ask")
_NAMED |= dict.fromkeys(("stadium", "terminal", "pill", "circle", "circ", "dbl-circ", "stop", "fr-circ"), "end")


def read_mermaid(data: bytes) -> Sketch:
    """
    The flowchart in *data*, by itself or as the only one of a Markdown page.

    Looks, classes, groups and links are left out. Raises Unreadable with the line of what is no flowchart.
    """
    text, lines = _chart(text_of(data, HINT))
    return _Reading(text, lines).all()


def _chart(text: str) -> tuple[str, int]:
    """The text of the chart and how many lines stand before it."""
    charts = list(_FENCE.finditer(text))
    if len(charts) > 1:
        says = f"There are {len(charts)} charts on this page."
        raise Unreadable([Mistake(0, says, "Put the one that you want into a file of its own.")])
    if charts:
        return charts[0]["chart"], text.count("\n", 0, charts[0].start("chart"))
    return text, 0


class _Reading:
    def __init__(self, text: str, before: int):
        self.text, self.at = text, 0
        self.sketch = Sketch()
        self.groups: list[str] = []
        self.open = 0
        self._counted = (0, before + 1)

    def all(self) -> Sketch:
        """The whole chart."""
        front = _FRONT.match(self.text)
        if front:
            title = _TITLE.search(front[1])
            self.sketch.title = _unquoted(title[1]) if title else ""
            self.at = front.end()
        self.skip()
        head = _HEAD.match(self.text, self.at)
        if not head:
            raise self.wrong("This is no flowchart.", "A flowchart begins with a line such as: flowchart TD")
        self.at = head.end()
        while True:
            self.skip()
            if self.at >= len(self.text):
                break
            self.statement()
        stray = next((s for s in self.sketch.stations.values() if s.key in self.groups), None)
        if stray is not None:
            says = f'An arrow begins or ends at the group "{stray.key}".'
            raise Unreadable([Mistake(stray.line, says, "Lead it from or to a step in the group.")])
        for station in self.sketch.stations.values():
            station.text = station.text or station.key
        return self.sketch

    @property
    def line(self) -> int:
        """The line that is read, from 1."""
        at, line = self._counted
        self._counted = (self.at, line + self.text.count("\n", at, self.at))
        return self._counted[1]

    def wrong(self, says: str, mend: str) -> Unreadable:
        """Why the chart can't be read on here."""
        return Unreadable([Mistake(self.line, says, mend)])

    def skip(self, *, lines: bool = True) -> None:
        """Pass over blanks, and comments and ends of statements where *lines*."""
        while self.at < len(self.text):
            if self.text[self.at] in (" \t\n;" if lines else " \t"):
                self.at += 1
            elif lines and self.text.startswith("%%", self.at):
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            else:
                return

    def statement(self) -> None:
        """One statement: a group, its end, something that is only looks, or a chain of steps."""
        group = _GROUP.match(self.text, self.at)
        if group:
            self.open += 1
            self.groups.append(group["id"])
            self.at = group.end()
            return
        if self.open and re.compile(r"end(?=[ \t]*(?:[;\n]|$))").match(self.text, self.at):
            self.open -= 1
            self.at += 3
            return
        aside = _ASIDE.match(self.text, self.at)
        if aside and not _PLAIN.search(aside[0]):
            self.at = aside.end()
            return
        self.chain()

    def chain(self) -> None:
        """``A & B --> C -- words --> D``."""
        sources = self.nodes()
        while True:
            self.skip(lines=False)
            if self.at >= len(self.text) or self.text[self.at] in "\n;":
                return
            if self.text.startswith("%%", self.at):
                return
            line = self.line
            drawn, back, label = self.link()
            self.skip()
            targets = self.nodes()
            if not drawn.startswith("~"):
                for source in sources:
                    for target in targets:
                        self.join(source, target, label, line, drawn)
                        if back == "<":
                            self.join(target, source, label, line, drawn)
            sources = targets

    def join(self, source: str, target: str, label: str, line: int, drawn: str) -> None:
        """A way from *source* to *target*."""
        station = self.sketch.stations[source]
        station.ways.append(Way(target, label, line))
        if drawn[-1] in "-=":
            station.unknown.append(f'the line to "{target}" has no arrow: is it a way in this direction?')

    def link(self) -> tuple[str, str, str]:
        """How a line is drawn, what stands at its beginning, and its words."""
        edge = _EDGE_ID.match(self.text, self.at)
        if edge:
            self.at = edge.end()
        found = _PLAIN.match(self.text, self.at)
        if found:
            self.at = found.end()
            label = _LABEL.match(self.text, self.at)
            if label:
                self.at = label.end()
            return found["line"], found["back"] or "", plain_label(_unquoted(label["text"])) if label else ""
        found = _WORDED.match(self.text, self.at)
        if not found:
            raise self.wrong(
                f"An arrow is due here, not {_here(self.text, self.at)}.", "Write A --> B, or A -->|words| B."
            )
        self.at = found.end()
        return found["line"], found["back"] or "", plain_label(_unquoted(found["text"]))

    def nodes(self) -> list[str]:
        """``A & B``: the ids of the nodes named here."""
        found = [self.node()]
        while True:
            self.skip(lines=False)
            if not self.text.startswith("&", self.at):
                return found
            self.at += 1
            self.skip(lines=False)
            found.append(self.node())

    def node(self) -> str:
        """One node: its id, and perhaps its shape and words."""
        id_ = _ID.match(self.text, self.at)
        if not id_:
            raise self.wrong(f"A step is due here, not {_here(self.text, self.at)}.", "Write its id: A[Words] --> B.")
        station = self.sketch.stations.setdefault(id_[0], Station(id_[0], line=self.line))
        if len(self.sketch.stations) > MOST_STATIONS:
            raise self.wrong(f"There are more than {MOST_STATIONS} steps.", "Split it into several flows.")
        self.at = id_.end()
        data = _DATA.match(self.text, self.at)
        if data:
            label, shape = _DATA_LABEL.search(data["inner"]), _DATA_SHAPE.search(data["inner"])
            self.at = data.end()
            self.shaped(station, _unquoted(label[1]) if label else "", _NAMED.get(shape[1], "") if shape else "")
        else:
            self.bracketed(station)
        class_ = _CLASS.match(self.text, self.at)
        if class_:
            self.at = class_.end()
        return id_[0]

    def bracketed(self, station: Station) -> None:
        """The words in the brackets that follow, if any do; the brackets tell the shape."""
        for opening, closings, kind in _SHAPES:
            if not self.text.startswith(opening, self.at):
                continue
            start = self.at + len(opening)
            quoted = re.compile(r'\s*"([^"]*)"\s*').match(self.text, start)
            ends = [(self.text.find(c, start), c) for c in closings] if not quoted else []
            ends += [(quoted.end(), c) for c in closings if quoted and self.text.startswith(c, quoted.end())]
            end, closing = min(((e, c) for e, c in ends if e >= 0), default=(-1, ""))
            words = quoted[1] if quoted else self.text[start:end]
            loose = not quoted and ("\n" in words or words.lstrip().startswith('"'))
            if end < 0 or loose or len(words) > MOST_WORDS:
                raise self.wrong(
                    f'The words of "{station.key}" begin with {opening} and are not closed.',
                    f"Close them with {closings[0]}, and put words with brackets or quotes in them into double quotes.",
                )
            self.at = end + len(closing)
            self.shaped(station, words, kind)
            return

    def shaped(self, station: Station, words: str, kind: Kind) -> None:
        """What is known of *station* by its shape and words; the last ones that are given count, as in Mermaid."""
        label = plain_label(words)
        if own(station, label):
            return
        station.text, station.kind = label, kind


def _unquoted(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1].replace("''", "'") if text[0] == "'" else text[1:-1]
    return text


def _here(text: str, at: int) -> str:
    rest = text[at:].partition("\n")[0][:20]
    return f'"{rest}"' if rest.strip() else "the end of the line"
