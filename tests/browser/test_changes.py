"""What changed in the flows, as agents see it: published beside two servers that nobody restarts."""

import signal

import pytest

from shepherd.cli.app import run
from tests.browser.conftest import Forked
from tests.browser.walk import shows
from tests.publish.shelf import files_in


@pytest.fixture
def desks(tmp_path):
    """Two servers over the same record."""
    library = files_in(tmp_path / "flows", "One.")
    started = [Forked(tmp_path, library).start() for _ in range(2)]
    yield started
    for desk in started:
        desk.stop(signal.SIGKILL)


@pytest.fixture
def publish(tmp_path, desks):
    """Publish the small library with other words, by another process than the servers'."""
    where = ["--database", f"sqlite:///{tmp_path / 'desk.db'}", "--keys", str(tmp_path / "keys.db")]

    def do(number, words):
        library = str(files_in(tmp_path / "flows", words))
        assert run(["publish", "propose", "--by", "Maria", "--library", library, *where]) == 0
        assert run(["publish", "approve", str(number), "--by", "Olli", "--note", "Fine", *where]) == 0

    return do


def named(page, address):
    """The start page, for an agent who has given a name."""
    page.goto(address)
    page.get_by_label("Your name").fill("pekka")
    page.get_by_role("button", name="Go on").click()
    shows(page, "Who is on the line?")


def test_a_change_reaches_both_servers_and_is_confirmed(desks, publish, browser, eye):
    """Without scripts too, changes are read and confirmed; axe finds nothing; new contacts are of the new version."""
    named(eye.page, desks[0].address)
    publish(1, "One.")
    publish(2, "Two.")
    eye.page.goto(desks[0].address)
    eye.page.get_by_text("The flows have changed").click()
    eye.look("notice", "was “One.”")
    eye.page.goto(f"{desks[0].address}/changes")
    eye.look("what changed", "Held against version 1")
    assert eye.found == []

    plain = browser.new_context(java_script_enabled=False)
    page = plain.new_page()
    named(page, desks[1].address)
    page.get_by_text("The flows have changed").click()
    page.get_by_role("button", name="I have read this").click()
    shows(page, "Who is on the line?")
    assert page.get_by_text("The flows have changed").count() == 0
    page.get_by_label("In the customer’s words").fill("A question")
    page.get_by_role("button", name="Open ticket").click()
    page.get_by_role("button", name="Say hello").click()
    shows(page, "Two.")
    plain.close()
