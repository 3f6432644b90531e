"""``author.formatting``: only how a file looks is changed, never what it says, and nothing is lost."""

from __future__ import annotations

import os
import re
from itertools import islice
from pathlib import Path
from random import Random

import pytest
import yaml

from shepherd.author.formatting import Unfaithful, Unreadable, formatted
from shepherd.flow import schema
from shepherd.flow.source import Map, read
from tests.author.large import large
from tests.author.untidy import Untidy
from tests.fuzz.campaign import inputs
from tests.fuzz.documents import PARSERS, shipped

ROOT = Path(__file__).resolve().parents[2]
FILES = [p for folder in ("flows", "docs/cookbook") for p in sorted((ROOT / folder).rglob("*.yaml"))]
RANDOM = int(os.environ.get("SHEPHERD_FORMATTED", "150"))
SEED = int(os.environ.get("SHEPHERD_SEED", "0"))


def typed(text: str) -> str:
    """The typed source of a file, as it is hashed, with its keys in their order."""
    root = read(text.encode(), "f.yaml").root
    if not isinstance(root, Map):  # words alone, or a list: no kind of file
        return repr(getattr(root, "text", None) or [getattr(item, "text", item) for item in getattr(root, "items", ())])
    kind = root.entries[0][0].text if root.entries else ""
    source, _ = schema.validate(root, kind if kind in schema.KINDS else "flow", "f.yaml")
    return repr(source)


def comments(text: str) -> list[str]:
    """All comments, by PyYAML's own scanner: what stands between its scalars, and behind the head of a block."""
    kept, at = [], 0
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        if isinstance(token, yaml.ScalarToken):
            kept.append(text[at : token.start_mark.index])
            at = token.end_mark.index
            if token.style in ("|", ">"):
                kept.append(text[token.start_mark.index : at].split("\n", 1)[0] + "\n")
                if not kept[-1].endswith("\n"):
                    at = text.index("\n", token.start_mark.index)
    found = (re.findall(r"#[^\n]*", part) for part in [*kept, text[at:]])
    return [comment.rstrip() for part in found for comment in part]


def holds(text: str) -> str:
    """*text* formatted, once it has been shown that nothing is changed or lost, and that once is enough."""
    made = formatted(text, "f.yaml")
    assert typed(made) == typed(text)
    assert comments(made) == comments(text.replace("\r\n", "\n"))
    assert formatted(made, "f.yaml") == made
    assert not re.search(r"\r|\n\n\Z", made)
    return made


def test_the_shipped_flows_are_formatted() -> None:
    """
    What ships is what the formatter would write.
    """
    assert [f.name for f in FILES if formatted(f.read_text(), f.name) != f.read_text()] == []


@pytest.mark.parametrize(
    ("careless", "tidy"),
    [
        ("steps:\n    a:   {end:  done}\n", "steps:\n  a: {end: done}\n"),
        ("a: {x: 1,  y: 2}\nb: {x: 10, y: 2}\n", "a: {x: 1,  y: 2}\nb: {x: 10, y: 2}\n"),
        ("a: {x: 1,   y: 2}\nb: {x: 10, y: 2}\n", "a: {x: 1, y: 2}\nb: {x: 10, y: 2}\n"),
        ("a: [ b,c , d ]   \n\n\n\nb: { c: d }", "a: [b, c, d]\n\nb: {c: d}\n"),
        ("a:\n   - b:  1\n     c: 2\n   -   d: 3\n", "a:\n  - b: 1\n    c: 2\n  - d: 3\n"),
        ("a:\n- b: 1\nc:\n   - d: 2\n", "a:\n- b: 1\nc:\n- d: 2\n"),
        ("a:\n     |\n      x\n        y\n\nb: 1\n", "a:\n  |\n  x\n    y\n\nb: 1\n"),
        ("a:\n   b: |2\n       x\n     y\n", "a:\n  b: |2\n      x\n    y\n"),
        ("a: one\n      two\n", "a: one\n  two\n"),
        (
            "a: 1 # x\nb:\n     # y\n     c: 1\n     # z\n# w\nd: 1\n",
            "a: 1  # x\nb:\n  # y\n  c: 1\n  # z\n# w\nd: 1\n",
        ),
        ("a: |\n  x  \n\n\nb: |+\n  y\n\n", "a: |\n  x  \n\nb: |+\n  y\n\n"),
        ('a: "x \\\n   y"\n', 'a: "x \\\n  y"\n'),
        ("---\na: 1\n", "---\na: 1\n"),
    ],
)
def test_what_is_formatted(careless: str, tidy: str) -> None:
    """
    Indentation, blanks and empty lines; columns that are aligned stay, and so does the text of a block.
    """
    assert formatted(careless, "f.yaml") == tidy


def test_what_cannot_be_read_is_not_formatted() -> None:
    """
    The findings say why; a file with a slip in it is left alone.
    """
    with pytest.raises(Unreadable) as told:
        formatted("a: [1\nb: 2\n", "f.yaml")
    assert [f.code for f in told.value.findings] == ["SHP005"]
    with pytest.raises(Unreadable):
        formatted("a: 1\na: 2\n", "f.yaml")


def test_a_file_of_very_many_lines_is_left_as_it_is() -> None:
    """Comparing a million lines takes longer than anybody waits, and nobody reads them."""
    with pytest.raises(Unreadable, match="more than 100000 lines"):
        formatted("a: b\n" + "\n" * 100_001, "a.yaml")


@pytest.mark.parametrize("planted", ["_blanks", "STEP"])
def test_it_rather_refuses_than_says_something_else(planted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    With a fault planted in it (a comment that is glued to a word, levels that fall together) it refuses.
    """
    if planted == "STEP":
        monkeypatch.setattr("shepherd.author.layers.STEP", 0)
    else:
        monkeypatch.setattr("shepherd.author.formatting._blanks", lambda before, token: 0)
    with pytest.raises(Unfaithful):
        formatted("a:\n  b: c\n  d: 1  # why\n", "f.yaml")


def test_a_file_written_carelessly_says_the_same_when_tidy() -> None:
    """
    Shipped files and random flows in random handwriting: same typed source, all comments, idempotent, even levels.
    """
    texts = [data.decode() for data in shipped() if len(data) < 5000 and read(data, "f.yaml").findings == []]
    texts += [yaml.safe_dump(large(size, size), sort_keys=False) for size in (12, 40)]
    for number in range(RANDOM):
        rng = Random(f"{SEED}/{number}")
        own = rng.choice(texts)
        root = read(own.encode(), "f.yaml").root
        assert isinstance(root, Map)
        hand = Untidy(rng)
        text = hand.written(root)
        made = holds(text)
        assert [c for c in comments(made) if "note" in c] == hand.comments, text
        assert typed(made) == typed(own), text


def test_whatever_is_typed_is_left_alone_or_says_the_same() -> None:
    """
    Inputs of the fuzzer: what has a finding is not formatted, of all else nothing is changed or lost.
    """
    parser = next(p for p in PARSERS if p.name == "source")
    pool, tried = [data for data in parser.begin() if len(data) < 1500], 0
    for data in [*pool[::4], *islice(inputs(parser, Random(SEED), pool), RANDOM * 2)]:
        try:
            holds(data.decode())
            tried += 1
        except (UnicodeDecodeError, Unreadable, yaml.YAMLError):  # PyYAML's own scanner knows less than libyaml's
            continue
        except AssertionError as error:
            raise AssertionError(data) from error
    assert tried > RANDOM // 4
