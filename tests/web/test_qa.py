"""QA's pages: the runs, the path as it was shown, the verdict, and the CSV."""

import csv
import io
import re

from tests.web.conftest import answer_until


def ended(tab):
    """A run with an answer taken back, ended because the caller hung up; its id."""
    tab.act("answer", value="green")
    back = re.search(r'<button name="to" value="(\d+)"', tab.text)[1]
    tab.act("back", to=back)
    tab.act("answer", value="hung_up")
    answer_until(tab, "Lost")
    return tab.path.rpartition("/")[2]


def test_recorded_runs_are_found_by_what_one_knows(at_light):
    """Ticket, agent, flow and outcome each narrow the list; what does not fit is not in it."""
    run = ended(at_light)
    ticket = re.search(r"T-\d+", at_light.text)[0]

    for query in (f"ticket={ticket}", "agent=maria", "flow=internet_down", "outcome=lost"):
        assert f"/qa/runs/{run}" in at_light.get(f"/qa?{query}").text
    for query in ("ticket=T-1", "agent=timo", "flow=closing", "outcome=fixed"):
        assert f"/qa/runs/{run}" not in at_light.get(f"/qa?{query}").text


def test_the_path_shows_what_was_said_answered_and_taken_back(at_light):
    """Each visit with the words as shown, the answer and where it came from; what was taken back is struck through."""
    run = ended(at_light)
    text = at_light.get(f"/qa/runs/{run}").text

    assert "What colour is the light on the front of the router?" in text
    assert "Taken back by entry" in text
    assert re.search(r'<del class="given">Green</del>', text)
    assert "looked up" in text
    assert "maria" in text


def test_the_verdict_is_honest(at_light):
    """A whole chain is said to be whole, and what it does not prove is said in the same breath."""
    run = ended(at_light)
    text = at_light.get(f"/qa/runs/{run}").text

    assert "Verified" in text
    assert "not sealed: whoever can write the database could have rewritten it." in text


def test_the_path_can_be_taken_away(at_light):
    """The CSV has a row per visit and comes as a file with a name of its own."""
    run = ended(at_light)
    reply = at_light.get(f"/qa/runs/{run}/path.csv").reply
    rows = list(csv.DictReader(io.StringIO(reply.get_data().decode("utf-8-sig"))))

    assert reply.mimetype == "text/csv"
    assert re.fullmatch(r'attachment; filename="T-\d+-internet_down\.csv"', reply.headers["Content-Disposition"])
    assert any(r["step"] == "internet_down/check_lights" and r["answer"] == "Green" for r in rows)


def test_a_run_that_is_not_there_is_said_so(tab):
    """An unknown run or ticket is a page of our own, not a traceback."""
    for path in ("/qa/runs/nothing", "/runs/nothing", "/tickets/T-0", "/qa/runs/nothing/path.csv"):
        tab.get(path)

        assert tab.status == 404
        assert "Traceback" not in tab.text
