"""The published schemas in an editor: the YAML language server finds what the product finds, at the same lines."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flow.language_server import LanguageServer, install
from tests.flow.test_schema import PLANTED, ROOT, expected

pytestmark = pytest.mark.lsp


@pytest.fixture(scope="module")
def server() -> Iterator[LanguageServer]:
    """A running server; where there is no node, or npm can't get the server, these tests fail."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.fail("The schemas' outside judge needs node and npm: sudo apt-get install nodejs npm")
    try:
        install()
    except (subprocess.SubprocessError, OSError) as error:
        pytest.fail(f"npm can't get the YAML language server: {error}")
    with LanguageServer() as running:
        yield running


@pytest.mark.parametrize("file", PLANTED, ids=[file.stem for file in PLANTED])
def test_the_editor_reports_the_same_line(server: LanguageServer, file: Path):
    """
    Each planted mistake is reported by the editor at the product's line, and at no other.
    """
    _, line = expected(file)

    problems = server.problems("flows/router.yaml", file.read_text())

    assert {found for found, _ in problems} == {line}, problems


@pytest.mark.parametrize("file", sorted((ROOT / "flows").glob("*.yaml")), ids=lambda file: file.name)
def test_the_editor_is_content_with_the_shipped_flows(server: LanguageServer, file: Path):
    """
    What ships is right for the editor too.
    """
    text = file.read_text().replace("# yaml-language-server", "# ")
    kind = next(line for line in text.splitlines() if line and not line.startswith("#")).partition(":")[0]
    folder = "flows" if kind == "flow" else kind

    assert server.problems(f"{folder}/{file.name}", text) == []


HEAD = "flow: router\ntitle: T\ncategory: intake\noutcomes: {done: {resolves: true}}\nsteps:\n"


@pytest.mark.parametrize(
    ("text", "offered", "never"),
    [
        ("flow: router\n|\n", {"title", "category", "outcomes", "steps", "inputs", "values"}, "say"),
        (f"{HEAD}  hello:\n    |\n", {"say", "ask", "collect", "decide", "call", "lookup", "do", "end"}, "title"),
        (f"{HEAD}  hello:\n    ask: Well?\n    type: |\n", {"yes_no", "money", "date", "choice"}, "ask"),
        (f"{HEAD}  hello:\n    do: a.b\n    once_per: |\n", {"visit", "run", "ticket"}, "call"),
        (f"{HEAD}  hello:\n    ask: Well?\n    attempts_per: |\n", {"run", "call", "ticket", "customer"}, "visit"),
        ("flow: router\naudience: [|]\n", {"agent", "customer"}, "supervisor"),
    ],
)
def test_the_editor_offers_what_the_language_has(server: LanguageServer, text: str, offered: set[str], never: str):
    """
    Keys of the head and of a step, and the values of those that have few, come from the published schema alone.
    """
    found = server.offers("flows/router.yaml", text)

    assert offered <= found
    assert never not in found


@pytest.mark.parametrize(
    ("kind", "text", "offered"),
    [
        ("desk", "desk: d\n|\n", {"hours", "queues", "assurances", "severities"}),
        ("promises", "promises:\n  p:\n    |\n", {"every", "needs", "followed_by", "never_after"}),
        ("scenarios", "scenarios:\n  - name: n\n    expect:\n      |\n", {"outcome", "path", "says", "never"}),
        ("translation", "translation: router\nlanguage: de\n|\n", {"title", "steps", "texts"}),
    ],
)
def test_the_editor_offers_the_keys_of_every_kind(server: LanguageServer, kind: str, text: str, offered: set[str]):
    """
    The files beside the flows have schemas as well.
    """
    assert offered <= server.offers(f"{kind}/file.yaml", text)


def test_the_shipped_flows_name_their_schema():
    """
    The first line of a shipped file tells the editor where its schema is.
    """
    for file in (ROOT / "flows").glob("*.yaml"):
        first = file.read_text().split("\n", 1)[0]
        if first.startswith("# yaml-language-server: $schema="):
            assert (file.parent / first.partition("=")[2]).resolve().is_file()
