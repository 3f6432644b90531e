"""QA's pages: the runs, the path as it was shown, the verdict, and the CSV."""

import csv
import html
import io
import json
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from shepherd.audit import PathRow
from shepherd.web.qa import told
from tests.web.conftest import answer_until, begin


def ended(tab):
    """A run with an answer taken back, ended because the caller hung up; its id."""
    tab.act("answer", value="green")
    tab.act("back")
    tab.act("answer", value="hung_up")
    answer_until(tab, "Lost")
    return tab.path.rpartition("/")[2]


def test_recorded_runs_are_found_by_what_one_knows(at_light):
    """Ticket, customer, agent, flow and outcome each narrow the list; what does not fit is not in it."""
    run = ended(at_light)
    ticket = re.search(r"T-\d+", at_light.text)[0]

    customer = ("customer=C-1001", "customer=c1001", "customer=virt")
    for query in (f"ticket={ticket}", *customer, "agent=maria", "flow=internet_down", "outcome=lost"):
        assert f"/qa/runs/{run}" in at_light.get(f"/qa?{query}").text
    other = ("customer=C-1002", "customer=c1001&agent=timo")
    for query in ("ticket=T-1", *other, "agent=timo", "flow=closing", "outcome=fixed"):
        assert f"/qa/runs/{run}" not in at_light.get(f"/qa?{query}").text


def test_runs_are_found_by_what_the_columns_show(at_light):
    """Agent, flow and outcome by what stands in the list: labels, ids, codes and states, in any case."""
    over = f"/qa/runs/{ended(at_light)}"
    begin(at_light, "C-1001")
    going = f"/qa/runs/{at_light.path.rpartition('/')[2]}"

    shown = ("agent=MARIA", "flow=the+customer+has+no+internet", "flow=Internet_Down", "outcome=Lost")
    for query in (*shown, "outcome=CALL-LOST", "outcome=call-lost"):
        assert over in at_light.get(f"/qa?{query}").text
    text = at_light.get("/qa?outcome=Open").text
    assert going in text
    assert over not in text
    for query in ("agent=mari", "agent=AR", "outcome=los", "outcome=call", "first=2020-01-01", "last=2999-12-31"):
        assert over in at_light.get(f"/qa?{query}").text
    for query in ("agent=mario", "outcome=handed+over", "outcome=Abandoned", "outcome=l_st", "outcome=%25"):
        assert over not in at_light.get(f"/qa?{query}").text


def test_runs_are_found_by_the_days_on_which_they_were_begun(at_light):
    """Both days count, on the desk's clock; a day that is none is named, and nothing is listed by half of it."""
    over = f"/qa/runs/{ended(at_light)}"
    today = re.search(r'<td class="num">(\d{4}-\d\d-\d\d)', at_light.get("/qa").text)[1]
    before, after = (date.fromisoformat(today) + timedelta(days=n) for n in (-1, 1))

    for query in (f"first={today}", f"last={today}", f"first={today}&last={today}"):
        assert over in at_light.get(f"/qa?{query}").text
    for query in (f"first={after}", f"last={before}"):
        assert over not in at_light.get(f"/qa?{query}").text
    dotted = "{0.day}.{0.month}.{0.year}".format(date.fromisoformat(today))
    assert over in at_light.get(f"/qa?first={dotted}&last={dotted}").text
    assert "can be read as 3 November 2026 or 11 March 2026" in at_light.get("/qa?first=3/11/2026").text
    text = at_light.get("/qa?first=2026-02-30").text
    assert "2026-02-30 is no day." in text
    assert over not in text


def test_an_end_before_the_beginning_is_an_error_of_its_field(at_light):
    """A day until which nothing can be found is said at its field; it is not told as if nothing had been recorded."""
    ended(at_light)
    same, before = "first=2026-03-02&last=2026-03-02", "first=2026-03-02&last=2026-03-01"

    assert "No recorded run fits." in at_light.get(f"/qa?{same}").text
    text = at_light.get(f"/qa?{before}").text
    why = "2026-03-01 is before 2026-03-02. Give a later day."
    assert f'<a href="#f-last">{why}' in text
    assert re.search(rf'<p class="why-not" id="f-last-why">.*?{why}', text)
    assert re.search(r'id="f-last"[^>]*value="2026-03-01" aria-invalid="true" aria-describedby="f-last-why"', text)
    assert "No recorded run fits." not in text
    assert at_light.title.startswith("Problem: ")


def test_the_customer_stays_in_the_field_and_in_the_link_to_older_runs(at_light, monkeypatch):
    """Whoever goes on to older runs keeps what was asked for; each row names the customer on its ticket."""
    ended(at_light)
    begin(at_light, "C-1001")
    monkeypatch.setattr("shepherd.web.qa.MOST", 1)
    text = at_light.get("/qa?customer=c1001").text

    assert re.search(r'<input id="f-customer" name="customer" value="c1001"', text)
    assert re.findall(r"<td>(C-\d+)</td>", text) == ["C-1001"]
    older = html.unescape(re.search(r'<a href="([^"]+)">Older runs', text)[1])
    assert "customer=c1001&" in older
    assert re.findall(r"<td>(C-\d+)</td>", at_light.get(older).text) == ["C-1001"]


def test_too_many_customers_are_an_error_of_the_field(at_light, monkeypatch):
    """Where more customers fit than can be looked through, nothing is listed, and the field says what to give."""
    monkeypatch.setattr("shepherd.desk.customers.MOST_FOUND", 1)
    text = at_light.get("/qa?customer=c").text

    assert '<a href="#f-customer">More than 1 customers fit that. Give more of the name, or the number.' in text
    assert re.search(r'id="f-customer"[^>]*aria-invalid="true" aria-describedby="f-customer-why"', text)
    assert "No recorded run fits." not in text


def test_the_path_shows_what_was_said_answered_and_taken_back(at_light):
    """Each visit with the words as shown, the answer and where it came from; what was taken back is struck through."""
    run = ended(at_light)
    text = at_light.get(f"/qa/runs/{run}").text

    assert "What colour is the light on the front of the router?" in text
    (entry,) = set(re.findall(r'Taken back by <a href="#entry-(\d+)">entry \1</a>', text))
    (row,) = re.findall(rf'<tr id="entry-{entry}".*?</tr>', text, re.DOTALL)
    assert re.search(r"maria went back to visit \d+; visits \d+–\d+ fell away", row)
    assert re.search(r'<del class="given">Green</del>', text)
    assert "looked up" in text
    assert "maria" in text


def test_the_page_accounts_for_every_entry(at_light, desk, tmp_path):
    """Each number from 1 to the last stands in the table, and the page says so; of a damaged path it does not."""
    run = ended(at_light)
    last = desk.record.run(run).entries
    text = at_light.get(f"/qa/runs/{run}").text

    cells = re.findall(r'<td class="num soft">(\d+)(?:<br><small>and ([\d, ]+)</small>)?</td>', text)
    assert {int(n) for n in re.findall(r"\d+", str(cells))} == set(range(1, last + 1))
    assert f"Every entry from 1 to {last} stands in the table." in text
    damage(tmp_path, DAMAGE["gone"])
    assert "stands in the table" not in at_light.get(f"/qa/runs/{run}").text


def test_times_have_their_zone_where_they_begin(at_light, desk):
    """A day's first time bears the offset that was recorded with it, where the CSV has UTC; the verdict has it too."""
    run = ended(at_light)
    first, *_ = desk.audit(run).rows
    text = at_light.get(f"/qa/runs/{run}").text

    cells = re.findall(r'<td class="num">([\d:]+)<br><small>([\d-]+)<br>(UTC[+-]\d\d:\d\d)</small></td>', text)
    assert {zone for _, _, zone in cells} == {f"UTC{first.offset}"}
    assert re.search(r'<span class="soft">[\d-]+ [\d:]+ UTC[+-]\d\d:\d\d</span></h2>', text)
    time, day, _ = cells[0]
    assert datetime.fromisoformat(f"{day}T{time}{first.offset}") == first.at.replace(microsecond=0)
    table = csv.DictReader(io.StringIO(at_light.get(f"/qa/runs/{run}/path.csv").text.lstrip("\ufeff")))
    assert datetime.fromisoformat(next(table)["time_utc"]).utcoffset() == timedelta(0)


def test_a_zone_that_changes_on_a_day_is_told_again():
    """Where clocks are put back within a day, the first row after it bears its zone anew."""
    at = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    summer = PathRow(seq=1, visit=1, step="a/b", kind="say", by="start", at=at, offset="+03:00")
    winter = replace(summer, seq=2, at=at + timedelta(hours=1), offset="+02:00")
    rows = told([summer, replace(summer, seq=2), winter])

    assert [row["time"] for row in rows] == ["03:30:00", "03:30:00", "03:30:00"]
    assert [row["zone"] for row in rows] == ["UTC+03:00", "", "UTC+02:00"]
    assert [row["day"] for row in rows] == ["2026-10-25", "", "2026-10-25"]


def test_the_verdict_is_honest(at_light):
    """A whole chain is said to be whole, and what it does not prove is said in the same breath."""
    run = ended(at_light)
    text = at_light.get(f"/qa/runs/{run}").text

    assert "Verified: whole, but not sealed" in text
    assert "shepherd verify" not in text
    assert "not sealed: whoever can write the database could have rewritten it." in text


def test_the_path_can_be_taken_away(at_light):
    """The CSV has a row per visit and comes as a file with a name of its own."""
    run = ended(at_light)
    reply = at_light.get(f"/qa/runs/{run}/path.csv").reply
    rows = list(csv.DictReader(io.StringIO(reply.get_data().decode("utf-8-sig"))))

    assert reply.mimetype == "text/csv"
    assert re.fullmatch(r'attachment; filename="T-\d+-internet_down\.csv"', reply.headers["Content-Disposition"])
    assert any(r["step"] == "internet_down/check_lights" and r["answer"] == "Green" for r in rows)


def test_the_path_taken_away_bears_the_verdict(at_light, desk, tmp_path):
    """Each row has what verify said and when, the last entry's hash, and that names are not proved; damage is told."""
    run = ended(at_light)
    number = re.search(r"T-\d+", at_light.text)[0]
    stored = [json.loads(line) for line in desk.record.export(desk.ticket(number).head.id)]

    def verdicts():
        text = at_light.get(f"/qa/runs/{run}/path.csv").text.lstrip("\ufeff")
        names = ("verdict", "verified_utc", "last_hash", "names_assured")
        return {tuple(row[name] for name in names) for row in csv.DictReader(io.StringIO(text))}

    ((verdict, at, last, assured),) = verdicts()
    assert verdict == "Chain whole, not sealed: whoever can write the database could have rewritten it."
    assert abs(datetime.fromisoformat(at) - datetime.now(UTC)) < timedelta(minutes=5)
    assert last == stored[-1]["hash"]
    assert assured == "no"
    damage(tmp_path, DAMAGE["a part"])
    ((verdict, _, same, assured),) = verdicts()
    assert verdict.startswith(f"Broken: run {run}, entry 3: ")
    assert (same, assured) == (last, "no")


def test_a_row_tells_what_came_back_which_branch_was_taken_and_what_it_gave(at_light):
    """A look-up has its values, a decide its branch; an assurance stands where it was given, not on the next row."""
    run = at_light.path.rpartition("/")[2]
    reply = at_light.get(f"/qa/runs/{run}/path.csv").reply
    rows = list(csv.DictReader(io.StringIO(reply.get_data().decode("utf-8-sig"))))
    answers = {row["step"]: row["answer"] for row in rows}

    assert answers["internet_down/test_line"].startswith("ok: status ")
    assert answers["internet_down/route_by_line"].startswith("otherwise: the line's status is not “down”")
    assert [row["step"] for row in rows if row["granted"] == "identity"] == ["authentication/close_verified"]
    assert "ok: status " in at_light.get(f"/qa/runs/{run}").text


DAMAGE = {
    "no text": "UPDATE entries SET body = x'ff00ff' WHERE seq = 3",
    "the first": "UPDATE entries SET body = x'ff00ff' WHERE seq = 1",
    "a number": "UPDATE entries SET body = 7 WHERE seq = 3",
    "a part": "UPDATE entries SET body = replace(CAST(body AS TEXT), 'entered', 'altered') WHERE seq = 3",
    "gone": "DELETE FROM entries WHERE seq = 3",
}


@pytest.mark.parametrize("how", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_entry_leaves_the_rest_to_be_read(at_light, tmp_path, how):
    """The path, its CSV and the ticket show what can be read, say what can't, and the verdict names the entry."""
    run = at_light.path.rpartition("/")[2]
    number = re.search(r"T-\d+", at_light.text)[0]
    damage(tmp_path, how)
    text = at_light.get(f"/qa/runs/{run}").text

    assert at_light.status == 200
    assert "Not as written" in text
    assert "Broken" in text
    assert "authentication/street" in text
    assert f"<code>shepherd verify {number}</code>" in text, "it says what to do next"
    table = at_light.get(f"/qa/runs/{run}/path.csv")
    assert (table.status, "not_as_written" in table.text) == (200, True)
    assert at_light.get(f"/tickets/{number}").status == 200
    if "DELETE" not in how:
        assert "of this ticket can&#39;t be read" in at_light.text


def test_a_changed_entry_is_named_where_it_is_shown(at_light, tmp_path):
    """An answer that somebody changed still reads; its rows, and no others, say that it is not as it was written."""
    run = ended(at_light)
    page, file = f"/qa/runs/{run}", f"/qa/runs/{run}/path.csv"
    assert "Not as it was written" not in at_light.get(page).text
    before = list(csv.DictReader(io.StringIO(at_light.get(file).text.lstrip("\ufeff"))))
    assert {row["not_as_written"] for row in before} == {""}
    (green,) = [place for place, row in enumerate(before) if row["answer"] == "Green"]
    entry = before[green + 1]["entry"]
    told = 'CAST(body AS TEXT), \'"value":"green"\', \'"value":"red"\''
    damage(tmp_path, f"UPDATE entries SET body = CAST(replace({told}) AS BLOB) WHERE seq = {entry}")

    text = at_light.get(page).text
    after = list(csv.DictReader(io.StringIO(at_light.get(file).text.lstrip("\ufeff"))))

    assert [place for place, row in enumerate(after) if row["not_as_written"]] == [green, green + 1]
    assert after[green]["answer"] == "Red, or flashing red"
    sentence = f"Entry {entry}: its hash does not fit its body and the entry before it."
    assert after[green]["not_as_written"] == sentence
    rows = [row for row in text.split("<tr")[1:] if "Not as it was written." in row]
    assert len(rows) == 2
    assert all(sentence in row for row in rows)


def test_lists_mark_the_broken_run_and_no_other(at_light, tmp_path):
    """Where a path's page says that its run is broken, so does the list of runs and the ticket; elsewhere neither."""
    number = re.search(r"T-\d+", at_light.text)[0]
    first = ended(at_light)
    other, going = (begun_on(at_light, number) for _ in range(2))
    runs = {first, other, going}
    text = at_light.get("/qa").text
    assert re.search(
        r"Verified just now, [\d-]+ [\d:]+ UTC[+-]\d\d:\d\d: none of the runs on this page is broken\.", text
    )
    assert broken_in(text) == broken_in(at_light.get(f"/tickets/{number}").text) == set()

    for tampered in ({first}, {first, going}):
        (run,) = tampered - broken_in(at_light.get("/qa").text)
        damage(tmp_path, f"UPDATE entries SET body = {ALTERED} WHERE seq = 1 AND run = '{run}'")
        alone = {one for one in runs if "Broken" in at_light.get(f"/qa/runs/{one}").text}
        assert alone == tampered
        text = at_light.get("/qa").text
        assert broken_in(text) == tampered
        assert f"{len(tampered)} of the runs on this page {'is' if len(tampered) == 1 else 'are'} broken." in text
        assert text.count('<tr class="broken">') == len(tampered)
        assert broken_in(at_light.get(f"/tickets/{number}").text) == tampered
    assert "Broken" not in at_light.get(f"/qa?ticket={number}&outcome=fixed").text


@pytest.mark.parametrize(
    "column", ["flow", "created_at", "created_by", "status", "step", "owner", "outcome", "code", "customer"]
)
def test_a_damaged_row_is_marked_in_the_lists_and_leaves_the_rest(at_light, tmp_path, column):
    """Where what a list shows of a run was made no text and no time, the pages come as ever, and mark that run."""
    number = re.search(r"T-\d+", at_light.text)[0]
    run = at_light.path.rpartition("/")[2]
    damage(tmp_path, f"UPDATE runs SET {column} = x'fffe'")

    for path in ("/qa", f"/tickets/{number}"):
        assert broken_in(at_light.get(path).text) == {run}


ALTERED = "CAST(replace(CAST(body AS TEXT), '\"assured\":false', '\"assured\":true') AS BLOB)"


def begun_on(tab, number):
    """Another run on that ticket, whatever is under way on it; its id."""
    tab.get(f"/tickets/{number}")
    token = re.search(r'name="token" value="([^"]+)"', tab.text)[1]
    seen = " ".join(re.findall(r'href="/runs/([^"/]+)"', tab.text))
    tab.post(f"/tickets/{number}/runs", {"token": token, "flow": "internet_down", "seen": seen})
    return tab.path.rpartition("/")[2]


def broken_in(text):
    """The runs that a page marks as broken, each with the link that leads to its path."""
    return set(re.findall(r'href="/qa/runs/([^"]+)">Broken: see its path<', text))


@pytest.mark.parametrize("value", ["7", "NULL", "x'ff'", "'text'"])
def test_a_damaged_subject_or_document_leaves_the_pages(at_light, tmp_path, value):
    """A subject is marked, in the list too; where a pinned document can't be read, steps stand without their words."""
    run = at_light.path.rpartition("/")[2]
    number = re.search(r"T-\d+", at_light.text)[0]
    damage(tmp_path, *loose("tickets"), f"UPDATE tickets SET subject = {value}")
    damage(tmp_path, *loose("documents"), f"UPDATE documents SET body = {value}")

    for path in (f"/qa/runs/{run}", f"/qa/runs/{run}/path.csv", "/", f"/tickets/{number}"):
        assert at_light.get(path).status == 200
    assert "not as it was written" in at_light.text


def test_a_run_whose_ticket_was_taken_away_is_listed_and_read(at_light, tmp_path):
    """The list keeps the run and marks it broken, and its path can be read."""
    run = at_light.path.rpartition("/")[2]
    damage(tmp_path, "DELETE FROM tickets")

    at_light.get("/qa")
    assert "[ticket gone]" in at_light.text
    assert "Broken: see its path" in at_light.text
    at_light.get(f"/qa/runs/{run}")
    assert at_light.status == 200
    assert "is gone" in at_light.text
    assert at_light.get(f"/qa/runs/{run}/path.csv").status == 200


def loose(table):
    """A table that takes anything."""
    return (
        f"CREATE TABLE loose AS SELECT * FROM {table}",
        f"DROP TABLE {table}",
        f"ALTER TABLE loose RENAME TO {table}",
    )


def damage(folder, *statements):
    """Somebody who can write the file, and dropped what guards it."""
    with closing(sqlite3.connect(folder / "desk.db", isolation_level=None)) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            database.execute(statement)


def test_a_run_that_is_not_there_is_said_so(tab):
    """An unknown run or ticket is a page of our own, not a traceback."""
    for path in ("/qa/runs/nothing", "/runs/nothing", "/tickets/T-0", "/qa/runs/nothing/path.csv"):
        tab.get(path)

        assert tab.status == 404
        assert "Traceback" not in tab.text


def test_the_list_names_all_who_acted(at_light, open_tab):
    """Who took a contact over and handed it on is in the list, and for which queue it waits is said beside them."""
    run = at_light.path
    for tab, to in ((at_light, "second_line"), (open_tab("timo"), "first_line")):
        tab.get(run)
        if tab is not at_light:
            tab.act("take_over")
        tab.post(run, tab.get(f"{run}/hand-over").form("hand_over") | {"to": to})
    text = at_light.get("/qa").text
    assert "<td>maria, timo<br><small>waits for first line</small></td>" in text
    path = at_light.get(f"/qa{run}").text
    assert "to first line" in path
    assert "first_line" not in path


def test_a_contact_that_broke_off_is_told_alike_everywhere(at_light):
    """List, ticket, path and last page say that it ended without an outcome; it is found by why, in words."""
    run = at_light.path
    at_light.post(run, at_light.get(f"{run}/gone").form("gone") | {"reason": "no_reply"})
    assert "Ended without an outcome" in at_light.text
    assert "Ended without an outcome" in at_light.get(f"/qa{run}").text
    ticket = re.search(r"/tickets/T-\d+", at_light.text)[0]
    assert "ended without an outcome" in at_light.get(ticket).text
    for words in ("no+reply", "no_reply", "no+longer+answered", "Ended+without", "abandoned"):
        text = at_light.get(f"/qa?outcome={words}").text
        assert f"/qa{run}" in text
        assert "Ended without an outcome: the customer no longer answered" in text
    assert f"/qa{run}" not in at_light.get("/qa?outcome=hung+up").text


def test_a_corrected_case_note_is_said_to_be_one(at_light):
    """The path names who corrected it and keeps the text before; the row of the correction bears its name."""
    run = ended(at_light)
    ticket = re.search(r"/tickets/T-\d+", at_light.text)[0]
    form = at_light.get(ticket).text
    token = re.search(r'case-note/[^"]+" class="side"><input type="hidden" name="token" value="([^"]+)"', form)[1]
    at_light.post(f"{ticket}/case-note/{run}", {"token": token, "text": "It was the cable."})
    text = at_light.get(f"/qa/runs/{run}").text
    assert text.count("Case note, corrected</span>") == 1
    assert "Corrected by maria, " in text
    assert "<del>T-1" in text
