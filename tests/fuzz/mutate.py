"""Changing an input a little: its characters, words, lines and, where it is a tree, its keys and values."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import yaml

from tests.fuzz.parser import NAMED, Parser

ODD = (
    *"\x00\x07\x1b\x7f\x85\xa0\xad\t\r\n\u200b\u200d\u200e\u202e\u2028\u2066\ufeff\ufffe\ufdd0\u0301\u0345",
    *"ſKİßıǅﬁⅨ①٣߉²½１\u3000\u115f😀👩\U000e0041\U0010ffff",
    *"{}[]()<>|&*!%@`'\"\\#:,.;?=~^$-+/_ ",
)
NUMBERS = (
    *("0", "-0", "00", "1", "-1", "9", "10", "31", "99", "0.1", "1e9", "1e999", ".5", "1.", "0x1F", "1_000", "1,5"),
    *("999999999999999", "9999999999999999", "-999999999999999", "0.0000000001", "9" * 400, "٣", "１"),
    *("2147483648", "9223372036854775808", "nan", "inf", "-inf", "NaN", "true", "null", "~", "1/3"),
)
TIMES = (
    *("0001-01-01", "9999-12-31", "2024-02-29", "2023-02-29", "0000-00-00", "10000-01-01", "2026-3-1", "24:00"),
    *("00:00", "23:59:59", "09:60", "2026-11-21T09:30", "2026-11-21 09:30", "0001-01-01T00:00:00+14:00"),
    *("9999-12-31T23:59:59-12:00", "2026-03-29T02:30", "2026-11-21T09:30Z", "999999d", "0s", "4 working hours"),
)
TOKEN = re.compile(r"\w+|\s+|[^\w\s]")


def mutate(rng: random.Random, data: bytes, parser: Parser, pool: Sequence[bytes]) -> bytes:
    """*data* with one to five changes; parts come from *pool*."""
    head, body = b"", data
    if parser.head and rng.random() < 0.95:
        head, sign, body = data.partition(b"\n")
        head += sign
    for _ in range(1 + int(rng.expovariate(0.9))):
        body = _once(rng, body, parser, pool)
    return (head + body)[: parser.most]


def _once(rng: random.Random, data: bytes, parser: Parser, pool: Sequence[bytes]) -> bytes:
    # What is no YAML at all shows little of a library: that is tried at the parser of single files.
    if parser.shape and rng.random() < (0.8 if parser.shape == "files" or parser.head else 0.5):
        made = _in_file(rng, data, parser, pool) if parser.shape == "files" else _tree(rng, data, parser, pool)
        if made is not None:
            return made
    if rng.random() < 0.08:
        return _bytes(rng, data)
    text = data.decode("utf-8", "surrogateescape")
    return rng.choice(TEXTS)(rng, text, parser, pool).encode("utf-8", "surrogateescape")


def _in_file(rng: random.Random, data: bytes, parser: Parser, pool: Sequence[bytes]) -> bytes | None:
    """One of the files of *data* changed as a tree."""
    parts = NAMED.split(data)
    if len(parts) < 3:
        return None
    at = rng.randrange(2, len(parts), 2)
    strange = NAMED.split(rng.choice(pool))
    others = [part for part in strange[2::2] if part] or [data]
    made = _tree(rng, parts[at], replace(parser, shape="yaml", head=False), others)
    if made is None:
        return None
    parts[at] = made
    return b"".join(b"=== %s\n%s" % (n, c) for n, c in zip(parts[1::2], parts[2::2], strict=True))


def _bytes(rng: random.Random, data: bytes) -> bytes:
    at = rng.randint(0, len(data))
    kind = rng.randrange(3)
    if kind == 0:
        return data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]
    if kind == 1:
        return data[:at]
    return data[:at] + rng.choice((b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\x00")) + data[at:]


# --- as text ----------------------------------------------------------------------------------------


def _other(rng: random.Random, pool: Sequence[bytes]) -> str:
    return rng.choice(pool).decode("utf-8", "surrogateescape")


def _spot(rng: random.Random, text: str) -> tuple[int, int]:
    """The ends of a token of *text*."""
    tokens = [m.span() for m in TOKEN.finditer(text)] if len(text) < 20_000 else []
    return rng.choice(tokens) if tokens else (0, 0)


def _word(rng: random.Random, text: str, parser: Parser, pool: Sequence[bytes]) -> str:
    kind = rng.randrange(6)
    if kind == 0:
        return rng.choice(NUMBERS)
    if kind == 1:
        return rng.choice(TIMES)
    if kind == 2:
        other = _other(rng, pool)
        start, end = _spot(rng, other)
        return other[start:end]
    if kind == 3 and text:
        start, end = _spot(rng, text)
        return text[start:end]
    return rng.choice(parser.words) if parser.words else rng.choice(ODD)


def _replaced(rng: random.Random, text: str, parser: Parser, pool: Sequence[bytes]) -> str:
    start, end = _spot(rng, text)
    return text[:start] + _word(rng, text, parser, pool) + text[end:]


def _inserted(rng: random.Random, text: str, parser: Parser, pool: Sequence[bytes]) -> str:
    at = _spot(rng, text)[0]
    gap = rng.choice(("", " "))
    return text[:at] + gap + _word(rng, text, parser, pool) + gap + text[at:]


def _odd(rng: random.Random, text: str, parser: Parser, pool: Sequence[bytes]) -> str:
    at = rng.randint(0, len(text))
    return text[:at] + rng.choice(ODD) * rng.choice((1, 1, 1, 2, 3)) + text[at + rng.randrange(2) :]


def _cut(rng: random.Random, text: str, parser: Parser, pool: Sequence[bytes]) -> str:
    start = rng.randint(0, len(text))
    return text[:start] + text[start + int(rng.expovariate(0.1)) + 1 :]


def _lines(rng: random.Random, text: str, parser: Parser, pool: Sequence[bytes]) -> str:
    """Lines left out, doubled, exchanged, moved in or out, taken from elsewhere."""
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    kind = rng.randrange(6)
    if kind == 0:
        del lines[at : at + rng.choice((1, 1, 2, 5))]
    elif kind == 1:
        lines[at:at] = lines[at : at + rng.choice((1, 1, 2, 5))]
    elif kind == 2:
        other = rng.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
    elif kind == 3:
        lines[at] = rng.choice((" ", "  ", "    ", "\t")) + lines[at]
    elif kind == 4:
        lines[at] = lines[at][rng.choice((1, 2, 4)) :]
    else:
        strange = _other(rng, pool).split("\n")
        begin = rng.randrange(len(strange))
        lines[at:at] = strange[begin : begin + rng.choice((1, 2, 5, 20))]
    return "\n".join(lines)


def _many(rng: random.Random, text: str, parser: Parser, pool: Sequence[bytes]) -> str:
    """A piece very often, up to the size that is given at most, or a nest of brackets."""
    start, end = _spot(rng, text)
    often = rng.choice((3, 10, 33, 65, 300, 2000, 100_000))
    pairs = (("()", "[]", "{}", '""', "{{ }}".split(" ")), (("not ", ""), ("-", ""), ("- ", ""), ("a: ", "")))
    one, other = rng.choice(rng.choice(pairs)) if rng.random() < 0.5 else (text[start:end], "")
    times = max(1, min(often, (parser.most - len(text)) // max(1, len(one) + len(other))))
    return text[:start] + one * times + text[start:end] + other * times + text[end:]


def _spliced(rng: random.Random, text: str, parser: Parser, pool: Sequence[bytes]) -> str:
    other = _other(rng, pool)
    return text[: rng.randint(0, len(text))] + other[rng.randint(0, len(other)) :]


TEXTS: tuple[Callable[..., str], ...] = (
    *(_replaced,) * 4,
    *(_inserted,) * 3,
    *(_lines,) * 3,
    *(_cut,) * 2,
    *(_odd,) * 2,
    _many,
    _spliced,
)


# --- as a tree --------------------------------------------------------------------------------------


def _loaded(data: bytes, shape: str) -> Any:
    """The tree of *data*, or None."""
    if len(data) > 20_000:
        return None
    try:
        if shape == "json":
            return json.loads(data)
        return yaml.load(data, Loader=yaml.CBaseLoader)
    except (ValueError, RecursionError, TypeError, yaml.YAMLError):
        return None


def _spots(tree: Any, found: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Every (container, key) below *tree*."""
    keys = list(tree) if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ()
    for key in keys:
        found.append((tree, key))
        _spots(tree[key], found)
    return found


def _tree(rng: random.Random, data: bytes, parser: Parser, pool: Sequence[bytes]) -> bytes | None:
    try:
        return _regrown(rng, data, parser, pool)
    except (ValueError, RecursionError, TypeError, yaml.YAMLError):
        return None


def _regrown(rng: random.Random, data: bytes, parser: Parser, pool: Sequence[bytes]) -> bytes | None:
    tree = _loaded(data, parser.shape)
    spots = _spots(tree, []) if isinstance(tree, dict | list) else []
    if not spots:
        return None
    if rng.random() < 0.6:
        _exchanged(rng, spots, parser)
        return _dumped(tree, parser.shape)
    where, key = rng.choice(spots)
    kind = rng.randrange(6)
    other = _loaded(rng.choice(pool).partition(b"\n")[2] if parser.head else rng.choice(pool), parser.shape)
    others = _spots(other, []) if isinstance(other, dict | list) else []
    alike = [(w, k) for w, k in others if k == key] or others
    if kind == 0:
        del where[key]
    elif kind == 1 and alike:
        there, known = rng.choice(alike)
        where[key] = there[known]
    elif kind == 2 and others:
        there, known = rng.choice(others)
        if isinstance(where, dict):
            where[str(known)] = there[known]
        else:
            where.insert(key, there[known])
    elif kind == 3:
        where[key] = _value(rng, parser)
    elif kind == 4:
        first, second = rng.choice(spots), rng.choice(spots)
        if not isinstance(first[0][first[1]], dict | list) and not isinstance(second[0][second[1]], dict | list):
            first[0][first[1]], second[0][second[1]] = second[0][second[1]], first[0][first[1]]
    elif isinstance(where, dict):
        name = rng.choice((*parser.words, *NUMBERS, *(str(k) for w, k in others if isinstance(w, dict))))
        where[name] = where.pop(key)
    return _dumped(tree, parser.shape)


def _exchanged(rng: random.Random, spots: list[tuple[Any, Any]], parser: Parser) -> None:
    """A part of a tree becomes another that is alike, or a text of it a little different: it mostly still fits."""
    where, key = rng.choice(spots)
    old = where[key]
    parts = [(k, w[k]) for w, k in spots if w[k] is not old]
    if isinstance(old, dict):
        alike = [part for _, part in parts if isinstance(part, dict) and not old.keys().isdisjoint(part)]
    elif isinstance(old, list):
        alike = [part for _, part in parts if isinstance(part, list)]
    else:
        alike = [part for k, part in parts if k == key and not isinstance(part, dict | list)]
        if isinstance(old, str) and (" " in old or rng.random() < 0.3):
            known = [part.encode("utf-8", "surrogateescape") for _, part in parts if isinstance(part, str)]
            change = rng.choice((_replaced, _replaced, _inserted, _cut))
            alike = [change(rng, old, parser, known or [b"a"])]
    if alike:
        where[key] = copy.deepcopy(rng.choice(alike))


def _value(rng: random.Random, parser: Parser) -> Any:
    kind = rng.randrange(7)
    if kind == 0:
        return {rng.choice(parser.words or ("a",)): rng.choice(NUMBERS)}
    if kind == 1:
        return [rng.choice(parser.words or ("a",)), rng.choice(TIMES)]
    if kind == 2 and parser.shape == "json":
        return rng.choice((None, True, False, 0, -1, 1.5, float("nan"), float("inf"), 10**40, 1e300, [], {}, [[]], ""))
    return rng.choice((rng.choice(NUMBERS), rng.choice(TIMES), *parser.words[:200], rng.choice(ODD), ""))


class _Plain(yaml.CSafeDumper):
    """Writes every text without quotes where that can be, as people do."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _dumped(tree: Any, shape: str) -> bytes:
    if shape == "json":
        return json.dumps(tree).encode()
    text: str = yaml.dump(tree, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=120)
    return text.encode("utf-8", "surrogateescape")
