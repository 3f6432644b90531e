"""All parsers that are fuzzed, by name."""

from __future__ import annotations

from tests.fuzz import documents, elsewhere, files, givings, texts
from tests.fuzz.parser import Parser

PARSERS: dict[str, Parser] = {
    parser.name: parser for room in (documents, texts, givings, files, elsewhere) for parser in room.PARSERS
}
