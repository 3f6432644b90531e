"""The bench: it follows real files as they are saved, and keeps the last good version of every flow."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from shepherd.author.counting import Counter
from shepherd.author.snapshot import snapshot
from shepherd.desk import Unknown
from shepherd.desk.clock import days
from shepherd.desk.workbench import Workbench

BENCH = Path(__file__).resolve().parents[1] / "author" / "bench"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BENCH, tmp_path / "flows"))


@pytest.fixture
def bench(folder: Path) -> Iterator[Workbench]:
    made = Workbench(folder)
    yield made
    made.close()


def counted(bench: Workbench) -> None:
    """Wait until the scenarios have been walked."""
    until = time.monotonic() + 20
    while (now := bench.look()).counting:
        assert time.monotonic() < until
        bench.wait(now.number, 5)


def edit(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new))


def test_a_save_is_seen_at_the_next_look(bench: Workbench, folder: Path) -> None:
    """Whoever loads a page right after saving sees what was saved, checked."""
    edit(folder, "parcel.yaml", "Where is my parcel?", "Where is it?")
    now = bench.look()

    assert now.now.title("parcel") == "Where is it?"
    assert now.is_good("parcel")


def test_who_waits_is_told_of_a_save(bench: Workbench, folder: Path) -> None:
    """At once, without asking again; and where nothing happens, after the time it gave."""
    counted(bench)
    number = bench.look().number
    assert bench.wait(number, 0.05) == number
    threading.Timer(0.1, edit, (folder, "parcel.yaml", "Where is my parcel?", "Where is it?")).start()
    began = time.monotonic()

    assert bench.wait(number, 30) > number
    assert time.monotonic() - began < 15


@pytest.mark.parametrize(("old", "new"), [("then: tell", "then: tel"), ("outcomes:", "outcomes: [")])
def test_a_broken_save_keeps_the_last_good_version(bench: Workbench, folder: Path, old: str, new: str) -> None:
    """Whether it can be read or not; its findings are the present ones, and mending it brings the present text back."""
    before = bench.look()
    edit(folder, "parcel.yaml", "otherwise: tell" if old.startswith("then") else old, new.replace("then", "otherwise"))
    broken = bench.look()

    assert not broken.is_good("parcel")
    assert broken.good["parcel"] is before.good["parcel"]
    assert [f.file for f in broken.now.of("parcel")] == ["parcel.yaml"]
    assert broken.now.title("parcel") == "Where is my parcel?"
    shutil.copy(BENCH / "parcel.yaml", folder)
    assert bench.look().is_good("parcel")


def test_a_flow_is_held_up_by_one_that_it_leads_into(bench: Workbench, folder: Path) -> None:
    """It has no error itself, and can't be tried as it is; the others can."""
    edit(folder, "goodbye.yaml", "say: Goodbye.", "sya: Goodbye.")
    now = bench.look()

    assert not now.is_good("parcel")
    assert now.now.of("parcel") == ()
    assert now.now.needs("parcel") == ("goodbye",)
    (folder / "alone.yaml").write_text(
        "flow: alone\ntitle: Alone\ncategory: closing\nversion: 1\noutcomes: {done: {resolves: true}}\n"
        "steps:\n  bye: {say: Bye., end: done}\n"
    )
    assert bench.look().is_good("alone")


def test_an_error_beside_the_flows_holds_up_all(bench: Workbench, folder: Path) -> None:
    """What desk.yaml or a connector says may matter to each."""
    edit(folder, "desk.yaml", "Europe/Helsinki", "Europe/Nowhere")
    now = bench.look()

    assert now.now.library is None
    assert [f.file for f in now.now.elsewhere] == ["desk.yaml"]
    assert set(now.good) == {"parcel", "goodbye"}


def test_a_review_that_is_past_is_told_from_the_day_on(folder: Path) -> None:
    """By the desk's clock, in its time zone, and without any save; a day that is given counts in its place."""
    edit(folder, "parcel.yaml", "2099-01-31", "2027-01-31")
    now = [datetime(2027, 1, 31, 21, 59, tzinfo=UTC)]  # two minutes to midnight in Helsinki
    bench = Workbench(folder, clock=lambda: now[0])
    given = Workbench(folder, clock=lambda: now[0], today=date(2027, 2, 1))
    try:
        assert bench.look().now.of("parcel") == ()
        assert [f.code for f in given.look().now.of("parcel")] == ["SHP932"]
        now[0] += timedelta(minutes=2)
        assert [f.code for f in bench.look().now.of("parcel")] == ["SHP932"]
        assert bench.look().is_good("parcel")
    finally:
        bench.close()
        given.close()


def test_a_flow_that_is_gone_is_no_longer_kept(bench: Workbench, folder: Path) -> None:
    """A new file is a new flow, and none is remembered without one."""
    (folder / "parcel.yaml").rename(folder / "package.yaml")
    edit(folder, "package.yaml", "flow: parcel", "flow: package")
    now = bench.look()

    assert set(now.good) == {"package", "goodbye"}
    with pytest.raises(Unknown):
        bench.flow("parcel")


def test_a_folder_that_goes_and_comes_back(bench: Workbench, folder: Path) -> None:
    """While it is gone the last version stays and says so; afterwards it is followed as before."""
    folder.rename(folder.with_name("away"))
    gone = bench.look()
    assert "read" in gone.trouble
    assert gone.is_good("parcel")
    folder.with_name("away").rename(folder)
    edit(folder, "parcel.yaml", "Where is my parcel?", "Where is it?")
    back = bench.look()

    assert back.trouble == ""
    assert back.now.title("parcel") == "Where is it?"


def test_scenarios_are_counted_in_the_background(bench: Workbench, folder: Path) -> None:
    """First a page says that they are; then what they came to, and after a save what they come to now."""
    counted(bench)
    first = bench.look().counted["parcel"]
    edit(folder, "parcel.yaml", 'order.status == "late"', 'order.status == "sent"')
    counted(bench)
    second = bench.look().counted["parcel"]

    assert (first.passed, len(first.walked), first.percent) == (2, 2, 58)
    assert [one.ok for one in second.walked] == [True, False]
    assert any("path walked:" in failure for failure in second.walked[1].failures)


def test_what_a_save_can_not_touch_is_not_walked_again(folder: Path) -> None:
    """The scenarios of a flow are kept as long as it, all it reaches, and they themselves stay as they are."""
    counter = Counter()
    first = snapshot(folder, days())
    assert first.library is not None
    assert sum(one is None for one in counter.count(first.library, first.draft)) == 2
    assert sum(one is None for one in counter.count(first.library, first.draft)) == 0
    edit(folder, "goodbye.yaml", "say: Goodbye.", "say: Farewell.")
    second = snapshot(folder, days())
    assert second.library is not None
    assert sum(one is None for one in counter.count(second.library, second.draft)) == 2


def test_closing_lets_everybody_go(folder: Path) -> None:
    """A server that is told to stop need not wait for those who wait for a change."""
    bench = Workbench(folder)
    counted(bench)
    number = bench.look().number
    waiting = threading.Thread(target=bench.wait, args=(number, 60))
    waiting.start()
    began = time.monotonic()
    bench.close()
    waiting.join(5)

    assert not waiting.is_alive()
    assert time.monotonic() - began < 5
