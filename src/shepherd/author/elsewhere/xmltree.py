"""XML from elsewhere as a tree with lines: no document type, no entities of its own, bounded in depth and number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from shepherd.author.elsewhere.sketch import Mistake, Unreadable, within

MOST_DEPTH, MOST_ELEMENTS = 100, 50_000
_ERRORS = (expat.ExpatError, ValueError, LookupError)


@dataclass(slots=True)
class Element:
    """An element: its namespace and *name*, its attributes by name (``{namespace}name`` where they have one)."""

    space: str
    name: str
    attributes: Mapping[str, str]
    line: int
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def get(self, name: str) -> str:
        """The attribute *name*, empty where there is none."""
        return self.attributes.get(name, "").strip()

    def all(self, *names: str) -> Iterator[Element]:
        """The children of its own namespace with one of *names*; every such child without."""
        return (one for one in self.children if one.space == self.space and (not names or one.name in names))

    def first(self, *names: str) -> Element | None:
        """The first of these."""
        return next(self.all(*names), None)


def read_xml(data: bytes) -> Element:
    """The root of *data*. Raises Unreadable with the line of what is refused or can't be read."""
    within(data)
    reading = _Reading()
    try:
        reading.parser.Parse(data, True)
    except _ERRORS as error:
        line = getattr(error, "lineno", 0) or reading.parser.CurrentLineNumber
        says = expat.ErrorString(error.code) if isinstance(error, expat.ExpatError) else str(error)
        raise Unreadable(
            [Mistake(line, f"This is no well-formed XML: {says}.", "Export the file once more.")]
        ) from None
    assert reading.root is not None
    return reading.root


class _Reading:
    def __init__(self) -> None:
        parser = self.parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self.doctype
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.words
        self.root: Element | None = None
        self.open: list[Element] = []
        self.count = 0

    def refuse(self, says: str, mend: str) -> None:
        raise Unreadable([Mistake(self.parser.CurrentLineNumber, says, mend)])

    def doctype(self, *_: object) -> None:
        """A document type may declare entities, which make files grow without end or read others."""
        self.refuse("The file declares a document type (DTD), which is not read.", "Delete its <!DOCTYPE …>.")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self.count += 1
        if len(self.open) >= MOST_DEPTH:
            self.refuse(f"The file nests deeper than {MOST_DEPTH} elements.", "Export the process by itself.")
        if self.count > MOST_ELEMENTS:
            self.refuse(f"The file has more than {MOST_ELEMENTS} elements.", "Export one process by itself.")
        space, _, name = tag.rpartition(" ")
        named = {f"{{{k.replace(' ', '}')}" if " " in k else k: v for k, v in attributes.items()}
        element = Element(space, name, named, self.parser.CurrentLineNumber)
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)

    def end(self, _: str) -> None:
        """An element ends."""
        self.open.pop()

    def words(self, text: str) -> None:
        """Text within the element that is open."""
        self.open[-1].text += text
