"""``shepherd draw``: pictures to stdout or to a file, and a recorded run laid over one."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from shepherd.cli.app import run
from tests import shipped
from tests.shipped import SMALL_DESK

FLOWS = shipped.few()


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], str, str]:
    """A record with a run under way: the options that name it, the ticket's number and the run's id."""
    from shepherd.desk import Desk, Settings, new_id
    from shepherd.run.api import Actor, Answer, Continue, GoBack

    folder = tmp_path_factory.mktemp("drawn")
    settings = Settings(FLOWS, f"sqlite:///{folder / 'shepherd.db'}", str(folder / "keys.db"), "127.0.0.1", 0)
    desk = Desk.open(settings)
    maria = Actor("agent", "Maria")
    ticket = desk.open_ticket("C-1001", channel="phone", subject="No internet", actor=maria, token=new_id())
    view = desk.start(ticket.head.id, "internet_down", actor=maria, token=new_id()).run
    desk.take(view.id, Continue(), seq=view.seq, token=new_id(), actor=maria)
    view = desk.wait(view.id, 5.0)
    view = desk.take(view.id, Answer("no"), seq=view.seq, token=new_id(), actor=maria).run
    desk.take(view.id, GoBack(view.path[-2].visit), seq=view.seq, token=new_id(), actor=maria)
    desk.close()
    database = ["--database", f"sqlite:///{folder / 'shepherd.db'}", "--keys", str(folder / "keys.db")]
    return ["--library", str(FLOWS), *database], ticket.head.number, view.id


def test_the_picture_goes_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    """As SVG without a word besides, or as the text that is asked for."""
    assert run(["draw", "closing", "--library", str(FLOWS)]) == 0
    assert ElementTree.fromstring(capsys.readouterr().out).tag.endswith("svg")
    for form, begins in (("mermaid", "---\ntitle: 'Close the contact'\n---\nflowchart LR\n"), ("dot", "digraph ")):
        assert run(["draw", "closing", "--format", form, "--library", str(FLOWS)]) == 0
        assert capsys.readouterr().out.startswith(begins)


def test_the_picture_goes_to_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With nothing on stdout then."""
    file = tmp_path / "closing.svg"
    assert run(["draw", "closing", "-o", str(file), "--library", str(FLOWS)]) == 0
    assert capsys.readouterr().out == ""
    assert ElementTree.parse(file).getroot().get("role") == "img"


def test_the_coverage_is_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What no scenario walks is marked, also where one fails; one overlay at a time."""
    text = (shipped.FLOWS / "closing.scenarios.yaml").read_text().replace("outcome: unresolved", "outcome: confirmed")
    (tmp_path / "closing.yaml").write_bytes((FLOWS / "closing.yaml").read_bytes())
    (tmp_path / "desk.yaml").write_text(SMALL_DESK)
    (tmp_path / "closing.scenarios.yaml").write_text(text)
    assert run(["draw", "closing", "--coverage", "--library", str(tmp_path)]) == 0
    shown = capsys.readouterr()
    assert 'class="node end walked"' in shown.out
    assert "missed" not in ElementTree.fromstring(shown.out).get("aria-label", "")
    assert "1 scenario failed" in shown.err
    (tmp_path / "closing.scenarios.yaml").unlink()
    assert run(["draw", "closing", "--coverage", "--library", str(tmp_path)]) == 0
    assert 'class="node ask missed"' in capsys.readouterr().out
    assert run(["draw", "closing", "--coverage", "--run", "x", "--library", str(tmp_path)]) == 2
    assert run(["draw", "closing", "--coverage", "--format", "bpmn", "--library", str(tmp_path)]) == 2


def test_called_flows_are_drawn_inside(capsys: pytest.CaptureFixture[str]) -> None:
    """By their id or by levels, in SVG alone; a flow that is none is wrong use."""
    for options in (["--open", "closing"], ["--depth", "1"]):
        assert run(["draw", "internet_down", *options, "--library", str(FLOWS)]) == 0
        drawn = capsys.readouterr().out
        assert 'data-step="closing/confirm"' in drawn
        assert ('data-step="authentication/pin"' in drawn) == (options == ["--depth", "1"])
    for wrong in (["--open", "closin"], ["--depth", "1", "--format", "mermaid"], ["--depth", "99"]):
        assert run(["draw", "internet_down", *wrong, "--library", str(FLOWS)]) == 2
    assert 'Did you mean "closing"?' in capsys.readouterr().err


def test_an_unknown_flow_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    """With the nearest, and no picture."""
    assert run(["draw", "closin", "--library", str(FLOWS)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "closing" in printed.err


def test_a_recorded_run_is_laid_over(record: tuple[list[str], str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """By its id, or the latest of a ticket that came through the flow, called flows too."""
    options, ticket, id_ = record
    assert run(["draw", "internet_down", "--run", id_, *options]) == 0
    by_run = capsys.readouterr().out
    assert 'class="node message walked" data-step="greet"' in by_run
    assert run(["draw", "internet_down", "--ticket", ticket, *options]) == 0
    assert capsys.readouterr().out == by_run
    assert run(["draw", "authentication", "--ticket", ticket, *options]) == 0
    called = capsys.readouterr().out
    assert 'class="node ask gone" data-step="street"' in called
    assert "Visits " in called


def test_a_run_that_did_not_come_this_way_is_said(
    record: tuple[list[str], str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Rather than a picture without a path."""
    options, ticket, id_ = record
    for asked in (["--run", id_], ["--ticket", ticket], ["--run", "nobody"], ["--ticket", "T-1"]):
        assert run(["draw", "closing", *asked, *options]) == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        assert printed.err
    assert run(["draw", "closing", "--run", id_, "--ticket", ticket, *options]) == 2
    assert "Give one of" in capsys.readouterr().err


def test_the_traffic_of_the_record_is_drawn(
    record: tuple[list[str], str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Of flows that were started and that were called, since a day if one is given; nothing of anybody is in it."""
    options, _, _ = record
    assert run(["draw", "internet_down", "--traffic", *options]) == 0
    drawn = capsys.readouterr().out
    assert "1 recorded run came through here" in drawn
    assert 'class="arrow load load5" data-from="greet" data-by="then"' in drawn
    assert "C-1001" not in drawn
    assert run(["draw", "authentication", "--traffic", *options]) == 0
    assert "1 recorded run came through here" in capsys.readouterr().out
    assert run(["draw", "internet_down", "--traffic", "--since", "2999-01-01", *options]) == 0
    assert "0 recorded runs since 2999-01-01 came through here" in capsys.readouterr().out
    for wrong in (["--since", "2026-01-01"], ["--traffic", "--coverage"], ["--traffic", "--since", "monday"]):
        assert run(["draw", "internet_down", *wrong, *options]) == 2
    assert run(["draw", "internet_dow", "--traffic", *options]) == 2
    assert 'Did you mean "internet_down"?' in capsys.readouterr().err


def test_what_differs_from_another_version_is_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The other version is named as for diff; a flow that only one of them has is drawn, too."""
    folders = [tmp_path / name for name in ("a", "b")]
    text = (FLOWS / "closing.yaml").read_text("utf-8")
    for folder, title in zip(folders, ("Is everything", "Is really everything"), strict=True):
        folder.mkdir()
        (folder / "closing.yaml").write_text(text, "utf-8")
        (folder / f"{folder.name}.yaml").write_text(
            f"flow: {folder.name}\ntitle: {title}\ncategory: closing\nversion: 1\n"
            f"outcomes: {{done: {{resolves: true}}}}\nsteps:\n  bye_{folder.name}: {{say: {title}., end: done}}\n",
            "utf-8",
        )
    assert run(["draw", "closing", "--against", str(folders[0]), "--library", str(folders[1])]) == 0
    assert "Nothing differs that can be drawn." in capsys.readouterr().out
    for name, state in (("a", "removed"), ("b", "added")):
        assert run(["draw", name, "--against", str(folders[0]), "--library", str(folders[1])]) == 0
        assert f'class="node end {state}"' in capsys.readouterr().out
    assert run(["draw", "closing", "--against", "nowhere", "--library", str(folders[1])]) == 2
    assert run(["draw", "closing", "--against", str(folders[0]), "--coverage", "--library", str(folders[1])]) == 2
