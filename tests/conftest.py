"""What all tests share: the flag that rewrites golden files, and the order in which files are begun."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

TESTS = Path(__file__).parent
GOLDEN = TESTS / "golden"
#: The files that take longest, the longest first: begun last, one process would work while the others wait.
LONGEST = (
    "browser/test_every_flow.py",
    "browser/test_wcag_steps.py",
    "browser/test_workshop.py",
    "browser/test_main_job.py",
    "browser/test_wcag.py",
    "test_docs.py",
    "hostile/test_hostile.py",
    "flows/test_planted.py",
    "browser/test_trouble.py",
    "faults/test_kill.py",
    "browser/test_fields.py",
    "browser/test_wcag_fields.py",
    "browser/test_keys.py",
    "browser/test_wcag_rare.py",
    "flows/test_mutants.py",
    "faults/test_dead_systems.py",
    "record/test_store.py",
    "cli/test_run.py",
    "faults/test_secrets.py",
    "fuzz/test_fuzz.py",
    "browser/test_changes.py",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--golden`` rewrites the golden files; the diff is then read by a person."""
    parser.addoption("--golden", action="store_true", help="rewrite tests/golden instead of comparing with it")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files come first; the rest stay in their order."""
    places = {TESTS / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


def pytest_collection_finish() -> None:
    """Thousands of collected tests are not looked through for garbage again and again: they stay."""
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


class Golden:
    """Compares a text with its golden file, or writes it."""

    def __init__(self, rewrite: bool):
        self.rewrite = rewrite

    def same(self, name: str, text: str) -> None:
        """*text* is what the golden file *name* has."""
        path = GOLDEN / name
        if self.rewrite:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"{path.name} is missing: run pytest --golden, and read the diff"
        assert path.read_text(encoding="utf-8") == text


class Compiled(BytecodeCache):
    """The templates as they were compiled for one desk, for all further desks of the process."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


@pytest.fixture(scope="session", autouse=True)
def _compiled_once() -> None:
    """Most of the first page of a desk is the compiling of its templates; hundreds of desks are opened here."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Compiled()}


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """The golden files, compared or rewritten."""
    return Golden(request.config.getoption("--golden"))
