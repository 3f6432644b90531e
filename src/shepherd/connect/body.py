"""What a reply's body says: unpacked within limits, then read as JSON that has only one meaning."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from shepherd.connect.client import Answer, NoAnswer

JSON = "application/json"


def read_json(answer: Answer, most: int) -> Any:
    """
    The JSON in *answer*, None where it has no body; raises NoAnswer for anything else.

    At most *most* bytes are unpacked. Numbers with a fraction are decimals, as they were written.
    """
    if not answer.body:
        return None
    kind = answer.headers.get("content-type", "")
    if not _is_json(kind):
        what = "HTML" if "html" in kind.lower() else "something else"
        raise NoAnswer(f"the reply is {what}, not JSON", sent=True)
    body = _unpacked(answer.body, answer.headers, most)
    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number, parse_float=Decimal)
    except UnicodeDecodeError:
        raise NoAnswer("the reply is not UTF-8", sent=True) from None
    except _Twice:
        raise NoAnswer("the reply says one key twice", sent=True) from None
    except (ValueError, ArithmeticError, RecursionError):
        raise NoAnswer("the reply is not JSON that can be read", sent=True) from None


class _Twice(Exception):
    pass


def _once(entries: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(entries)
    if len(made) != len(entries):
        raise _Twice
    return made


def _no_number(word: str) -> Any:
    raise ValueError(word)


def _is_json(kind: str) -> bool:
    media, *more = [part.strip().lower() for part in kind.split(";")]
    charset = [part.partition("=")[2].strip('"') for part in more if part.startswith("charset=")]
    return (media == JSON or (media.startswith("application/") and media.endswith("+json"))) and (
        charset in ([], ["utf-8"], ["utf8"])
    )


def _unpacked(body: bytes, headers: Mapping[str, str], most: int) -> bytes:
    packed = headers.get("content-encoding", "").strip().lower()
    if packed in ("", "identity"):
        return body
    if packed not in ("gzip", "x-gzip"):
        raise NoAnswer("the reply is packed in a way that was not asked for", sent=True)
    reader = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        made = reader.decompress(body, most + 1)
    except zlib.error:
        raise NoAnswer("the reply can't be unpacked", sent=True) from None
    if len(made) > most:
        raise NoAnswer(f"the reply is larger than {most // 1024} kB once it is unpacked", sent=True)
    if not reader.eof or reader.unused_data:
        raise NoAnswer("the reply can't be unpacked", sent=True)
    return made
