"""Judges what came out: no character that steers, no markup that the pages did not write, no words from outside."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from xml.etree import ElementTree

from tests.hostile.case import SECRET

#: Written down from Unicode's lists (Cc but the line feed, Bidi_Control, Default_Ignorable without the joiners and the
#: variation selectors), not taken from the product: what a terminal or a page acts on, or shows as nothing.
STEERING = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U0001d173-\U0001d17a\U000e0000-\U000e007f]"
)
#: Tags and attributes that our own pages and pictures have; a hostile text may add none.
_SVG = frozenset("svg title desc style rect text tspan g path circle a".split())
_NEVER = frozenset("iframe object embed applet base meta-refresh frame frameset marquee math template slot".split())
_DOT = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_DOT_LINE = re.compile(
    r"digraph Q \{|  (graph|node|edge) \[[^\]]*\];|  Q \[label=Q, [^\]]*\];|  Q -> Q \[label=Q[^\]]*\];|\}"
)
_MERMAID_TEXT = re.compile(r'"[^"\n]*"')
_MERMAID_LINE = re.compile(
    r"---|title: '(?:[^']|'')*'|flowchart LR|  s_[a-z0-9_]+[\[\](){}/\\>]+Q[\[\](){}/\\]+"
    r"|  s_[a-z0-9_]+ -->(\|Q\|)? s_[a-z0-9_]+|  (classDef|class|linkStyle) [\w ,:.-]+"
)


def wrong(kind: str, text: str) -> Iterator[str]:
    """What is wrong with an output of *kind*: ``text json github svg html dot mermaid csv``."""
    # A page may hold a tab, and a CSV file ends its lines with a return; neither reaches a terminal.
    shown = text.replace("\r\n", "\n") if kind in ("csv", "html") else text
    found = STEERING.search(shown)
    if found is not None:
        near = shown[max(0, found.start() - 20) : found.end() + 20]
        yield f"U+{ord(found[0]):04X} stands in the {kind}: {near!r}"
    if SECRET in text:
        yield f"words from outside the library stand in the {kind}"
    if "Traceback (most recent call last)" in text:
        yield f"a traceback stands in the {kind}"
    yield from JUDGES.get(kind, _nothing)(text)


def _nothing(text: str) -> Iterator[str]:
    return iter(())


def _json(text: str) -> Iterator[str]:
    try:
        read = json.loads(text, parse_constant=lambda name: f"!{name}")
    except ValueError as error:
        yield f"this is no JSON: {error}"
        return
    if not isinstance(read, Mapping) or "shepherd" not in read:
        yield "the JSON does not say what it is"
    for finding in read.get("findings", ()) if isinstance(read, Mapping) else ():
        yield from _finding(finding)


def _finding(finding: Mapping[str, object]) -> Iterator[str]:
    message = str(finding["message"])
    if not message.endswith((".", "?", "!")) or len(message) > 600 or len(str(finding["hint"])) > 1000:
        yield f"no sentence of a length that can be read: {message[:100]!r} ({len(message)})"
    if not finding["hint"] and finding["code"] in ("SHP016", "SHP017", "SHP304"):
        yield f"a limit that does not say how to mend: {message[:100]!r}"
    if not (int(str(finding["line"])) >= 1 and int(str(finding["column"])) >= 1):
        yield "a finding without a place"


_FOR_GITHUB = re.compile(
    r"::(error|warning) file=[^,:]*,line=\d+,endLine=\d+,col=\d+(,endColumn=\d+)?,title=SHP\d{3} [a-z0-9-]+::.*"
)


def _github(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if not _FOR_GITHUB.fullmatch(line):
            yield f"no line for GitHub: {line[:100]!r}"


def _svg(text: str) -> Iterator[str]:
    if "<!" in text or "<?" in text:
        yield "the picture has a declaration"
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        yield f"the picture is no XML: {error}"
        return
    for element in root.iter():
        tag = element.tag.rpartition("}")[2]
        if tag not in _SVG:
            yield f"the picture has the element {tag}"
        yield from _attributes("picture", element.attrib.items())


def _attributes(where: str, attributes: Iterator[tuple[str, str | None]] | object) -> Iterator[str]:
    for name, value in attributes:  # type: ignore[attr-defined]
        plain = re.sub(r"[\x00-\x20]", "", value or "").lower()
        if name.lower().startswith("on"):
            yield f"the {where} has the attribute {name}"
        if name.rpartition("}")[2] in ("href", "src", "action", "formaction") and not plain.startswith(("/", "?", "#")):
            yield f"the {where} leads to {value!r}"


class _Page(HTMLParser):
    """Gathers what a page may not have."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag in _NEVER or tag.startswith("evil"):
            self.wrong.append(f"the page has the element {tag}")
        if tag == "script" and not (known.get("src") or "").startswith("/static/"):
            self.wrong.append("the page has a script of its own")
        if tag != "link":
            self.wrong += _attributes("page", attrs)


def _html(text: str) -> Iterator[str]:
    page = _Page()
    page.feed(text)
    yield from page.wrong


def _dot(text: str) -> Iterator[str]:
    for line in _DOT.sub("Q", text).splitlines():
        if not _DOT_LINE.fullmatch(line):
            yield f"no line of DOT: {line[:120]!r}"


def _mermaid(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if not _MERMAID_LINE.fullmatch(_MERMAID_TEXT.sub("Q", line) if not line.startswith("title:") else line):
            yield f"no line of Mermaid: {line[:120]!r}"


def _csv(text: str) -> Iterator[str]:
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    if len({len(row) for row in rows}) != 1:
        yield "the rows of the CSV are not of one length"
    for cell in (cell for row in rows for cell in row):
        if cell.lstrip()[:1] in ("=", "+", "-", "@", "＝", "＋", "－", "＠") and cell:
            yield f"a spreadsheet would work this out: {cell[:60]!r}"


JUDGES: Mapping[str, Callable[[str], Iterator[str]]] = {
    "json": _json,
    "github": _github,
    "svg": _svg,
    "html": _html,
    "dot": _dot,
    "mermaid": _mermaid,
    "csv": _csv,
}
