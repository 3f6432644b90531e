"""A library is a draft that passed; a run pins the documents it can reach."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import shepherd.check
from shepherd.check import examine
from shepherd.check.library import FlowRejected, Library
from shepherd.flow.canonical import canonical, digest
from shepherd.flow.draft import read_draft
from shepherd.flow.model import Ask, Flow

EXAMPLES = Path(shepherd.check.__file__).parent / "examples"
EXPIRING = EXAMPLES / "SHP402-requires-may-expire"
CALLING = EXAMPLES / "SHP603-missing-input"


def test_a_library_with_an_error_is_rejected_with_its_findings():
    """
    Whoever opens a broken library gets every finding, and a sentence that names the first.
    """
    with pytest.raises(FlowRejected) as caught:
        Library.read(EXPIRING / "wrong")

    assert [f.code for f in caught.value.findings] == ["SHP402"]
    assert str(caught.value).startswith("booking.yaml:14:15: ")
    assert str(caught.value).endswith("[SHP402 requires-may-expire]")


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        (b"scenarios:\n  - name: 'x\n", True),
        (b"scenarios:\n\t- a\n", True),
        (b"scenarios: 5\n", True),
        (b"", True),
        (b"\xff\xfe", True),
        (b"flow: restart\n", False),
        (b"# tests\npromises: 5\n", False),
    ],
)
def test_scenarios_that_can_not_be_read_stop_no_run(tmp_path: Path, text: bytes, runs: bool):
    """
    The file is told of by the check, and flows are run without it; one of another kind under such a name is no test.
    """
    folder = tmp_path / "flows"
    shutil.copytree(EXAMPLES / "SHP206-unused-outcome" / "right", folder)
    (folder / "restart.scenarios.yaml").write_bytes(text)

    assert {f.file for f in examine(read_draft(folder))} == {"restart.scenarios.yaml"}
    if runs:
        assert list(Library.read(folder).flows) == ["restart"]
    else:
        with pytest.raises(FlowRejected):
            Library.read(folder)


def test_a_warning_does_not_stop_a_library():
    """
    Only errors keep flows from being run.
    """
    library = Library.read(EXAMPLES / "SHP206-unused-outcome" / "wrong")

    assert list(library.flows) == ["restart"]


def test_a_bundle_has_what_a_run_can_reach():
    """
    The flows called, those that grant what is required, and the desk; nothing else, and each by its hash.
    """
    booking = Library.read(EXPIRING / "right")

    assert list(booking.bundle("booking")) == ["desk", "flow:booking", "flow:known_caller"]
    assert list(booking.bundle("known_caller")) == ["desk", "flow:known_caller"]
    assert list(Library.read(CALLING / "right").bundle("slow")) == ["flow:slow", "flow:speed"]


def test_the_documents_of_a_bundle_make_the_same_library_again():
    """
    Stored by their hashes as canonical JSON, which sorts keys, and read again, they make the same steps and edges in
    the same order, and the same hashes.
    """
    library = Library.read(EXPIRING / "right")
    bundle = library.bundle("booking")
    stored = {name: json.loads(canonical(library.document(hash_))) for name, hash_ in bundle.items()}
    again = Library.load(stored)

    assert again.bundle("booking") == bundle
    assert {n: shape(f) for n, f in again.flows.items()} == {n: shape(f) for n, f in library.flows.items()}
    assert all(digest(document) == bundle[name] for name, document in stored.items())


def shape(flow: Flow) -> list[Any]:
    """Steps, edges and answers in their order."""
    return [
        flow.first,
        [(s.id, list(s.edges), [e.target for e in s.edges.values()]) for s in flow.steps.values()],
        [o.value for s in flow.steps.values() if isinstance(s.action, Ask) for o in s.action.field.options],
        list(flow.inputs),
    ]


def test_the_order_of_steps_is_part_of_a_document(tmp_path: Path):
    """
    Where the steps stand in another order they are another flow with another hash; the order of settings means nothing.
    """
    text = (CALLING / "right" / "speed.yaml").read_text()
    hashes = []
    for name, content in (
        ("one", text + "  extra: {say: Bye., then: finish}\n  last: {say: Bye., then: finish}\n"),
        ("two", text + "  last: {say: Bye., then: finish}\n  extra: {say: Bye., then: finish}\n"),
        ("three", text + "  extra: {then: finish, say: Bye.}\n  last: {say: Bye., then: finish}\n"),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "speed.yaml").write_text(content)
        hashes.append(Library.of(read_draft(tmp_path / name), ()).bundle("speed")["flow:speed"])

    assert hashes[0] != hashes[1]
    assert hashes[0] == hashes[2]


def test_an_unknown_hash_is_a_key_error():
    """
    A document that is not of this library is not made up.
    """
    with pytest.raises(KeyError):
        Library.read(CALLING / "right").document("0" * 64)


def test_a_comment_changes_no_hash(tmp_path: Path):
    """
    A document's hash is over its typed source, without comments and places.
    """
    text = (CALLING / "right" / "speed.yaml").read_text()
    for name, content in (("one", text), ("two", "# measured by hand\n" + text.replace("title:", "title:   "))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "speed.yaml").write_text(content)

    assert Library.read(tmp_path / "one").bundle("speed") == Library.read(tmp_path / "two").bundle("speed")
