"""The workshop's pages: every flow and how it stands, a flow as it is being written, and trying one to its end."""

import html
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from shepherd.check import examine
from shepherd.cli.committed import LastCommit
from shepherd.desk.workbench import Workbench
from shepherd.flow.draft import read_draft
from shepherd.web.workshop import STREAMS, create_workshop
from tests.web.conftest import Tab

BENCH = Path(__file__).resolve().parents[1] / "author" / "bench"


GOODBYES = """scenarios:
  - name: The pin is right
    given:
      answers: {pin: {pin: "4071", happy: true}}
      connectors: {orders.prove: ok}
    expect: {outcome: done, path: [pin, ..., bye]}
"""


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(BENCH, tmp_path / "flows"))


@pytest.fixture
def bench(folder):
    made = Workbench(folder)
    yield made
    made.close()


@pytest.fixture
def shop(bench):
    """A tab on the workshop, its scenarios counted."""
    tab = Tab(create_workshop(bench), name="")
    while (now := bench.look()).counting:
        bench.wait(now.number, 5)
    return tab


def edit(folder, file, old, new):
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new))


def rows(text):
    """The rows of the list, their words one after another, by the id of the flow."""
    found = re.findall(r'<tr><th scope="row"><a href="/flows/(\w+)">(.*?)</tr>', text, re.DOTALL)
    return {name: " ".join(html.unescape(re.sub("<[^>]+>", " ", row)).split()) for name, row in found}


def forms_of(text, act):
    """The form whose hidden or named act is *act*: its address and what it holds."""
    for form in re.findall(r"<form method=\"post\".*?</form>", text, re.DOTALL):
        if f'value="{act}"' in form:
            address = html.unescape(re.search('action="([^"]*)"', form)[1])
            return address, form
    raise AssertionError(f"no form does {act}")


def do(shop, act, **fields):
    """Send the form of the page that does *act*, as its button would."""
    address, _ = forms_of(shop.text, act)
    return shop.post(address, {"act": act} | {name.replace("__", "."): value for name, value in fields.items()})


# --- the list -------------------------------------------------------------------------------------------


def test_every_flow_is_listed_with_what_a_designer_looks_for(shop, folder):
    """State, owner, day of review (whether it has passed is said in words), steps, scenarios and what they walk."""
    clean = rows(shop.get("/").text)["parcel"]
    edit(folder, "parcel.yaml", "2099-01-31", "2026-01-31")
    listed = rows(shop.get("/").text)

    assert set(listed) == {"parcel", "goodbye"}
    assert "clean" in clean
    assert "overdue" not in clean
    for words in ("1 warning", "Orders", "parcels", "2026-01-31", "overdue", "9", "2 of 2 pass", "7 of 12", "(58 %)"):
        assert words in listed["parcel"]
    assert "none" in listed["goodbye"]
    assert "Runs in" not in shop.text


def test_the_list_says_what_is_wrong_and_what_is_held_up(shop, folder):
    """Also of a flow that can't be read at all, which is listed by its file."""
    edit(folder, "goodbye.yaml", "steps:", "steps: {")
    listed = rows(shop.get("/").text)

    assert "1 error" in listed["goodbye"]
    assert "Say goodbye" in listed["goodbye"]
    assert "held up by goodbye" in listed["parcel"]


def test_what_is_wrong_beside_the_flows_is_told_on_the_list(shop, folder):
    """With its file and line: no flow's page would show it."""
    edit(folder, "desk.yaml", "Europe/Helsinki", "Europe/Nowhere")

    assert "desk.yaml, line 2" in shop.get("/").text
    assert "There is no time zone" in shop.text


def test_while_scenarios_are_counted_the_page_says_so(folder, monkeypatch):
    """It waits for nothing, and has a number by which it is renewed."""
    monkeypatch.setattr(Workbench, "_walk", lambda self: None)  # as slow as can be, from the first moment on
    bench = Workbench(folder)
    try:
        now = bench.look()
        bench._bench = now._replace(counting=True, counted={})
        text = Tab(create_workshop(bench), name="").get("/").text
    finally:
        bench.close()

    assert text.count("being counted …") == 2
    assert re.search(r'id="live" data-number="\d+"', text)


# --- a flow ---------------------------------------------------------------------------------------------


def test_a_flow_has_all_of_it_on_its_page(shop):
    """Picture, sentences with their lines, text, how it stands, and each scenario with its result."""
    text = shop.get("/flows/parcel").text

    assert text.count('data-step="') == 9
    assert 'href="#line-20"' in text
    assert '<li id="line-20" data-at="look">' in text
    assert '<h2 id="stands-h">Nothing wrong' in text
    assert text.count(">passes<") == 2
    assert "Not walked by any (5)" in text
    assert "/flows/parcel/try?scenario=It+is+under+way" in text


def test_a_broken_save_keeps_picture_and_sentences(shop, folder):
    """The text is the present one with the finding at its line; sentences, then older, lead to no line of it."""
    shop.get("/flows/parcel")
    edit(folder, "parcel.yaml", "otherwise: tell", "otherwise: tel")
    edit(folder, "parcel.yaml", "Let me look", "Let us look")
    text = shop.get("/flows/parcel").text

    assert '<h2 id="stands-h">1 error in the last save' in text
    assert "Picture, sentences and scenarios are those of" in text
    assert "Let me look for your parcel" in text
    assert "say: Let us look" in text
    assert re.search(r'id="line-26"[^>]*class="has-finding">.*<span class="wrong-here">tel</span>', text)
    assert 'href="#line-26"' in text
    assert 'class="at" href="#line-' not in text


def test_a_scenario_that_names_what_is_gone_is_told_and_keeps_nothing_back(shop, folder):
    """The findings are those of the check, on the list and the flow's page; the picture is that of the present text."""
    edit(folder, "parcel.yaml", "Where is my parcel?", "Where is it?")
    edit(folder, "parcel.scenarios.yaml", "outcome: told", "outcome: tolled")
    checked = [f for f in examine(read_draft(folder), tests=True) if f.severity == "error"]
    listed = rows(shop.get("/").text)
    page = shop.get("/flows/parcel").text

    assert [f.code for f in checked] == ["SHP952"]
    assert "1 error in its scenarios" in listed["parcel"]
    assert "1 warning" in listed["goodbye"]
    assert '<h2 id="stands-h">1 error in its scenarios' in page
    assert f"parcel.scenarios.yaml, line {checked[0].place.line}</a><p>{checked[0].message}" in html.unescape(page)
    assert "the last version without errors" not in page
    assert "Where is it?" in page


@pytest.mark.parametrize(("old", "new"), [("scenarios:\n", "scenario:\n"), ("    given:", "   given:")])
def test_scenarios_that_can_not_be_read_are_told_on_the_page_of_their_flow(shop, folder, old, new):
    """The flow is followed on, and those that lead into it are not held up."""
    assert old in GOODBYES
    (folder / "goodbye.scenarios.yaml").write_text(GOODBYES.replace(old, new, 1))
    edit(folder, "goodbye.yaml", "Say goodbye", "Say farewell")
    listed = rows(shop.get("/").text)
    page = shop.get("/flows/goodbye").text

    assert "Beside the flows" not in shop.get("/").text
    assert "Say farewell goodbye, version 1" in listed["goodbye"]
    assert "1 error in its scenarios" in listed["goodbye"]
    assert "clean" in listed["parcel"]
    assert '<h2 id="stands-h">1 error in its scenarios' in page
    assert "goodbye.scenarios.yaml, line" in page


def test_a_save_that_can_not_be_read_shows_its_text(shop, folder):
    """The steps of the text are still told apart as far as they can be seen."""
    edit(folder, "parcel.yaml", "answers: {yes: send, no: leave}", "answers: {yes: send, no: leave")
    text = shop.get("/flows/parcel").text

    assert "error in the last save" in text
    assert text.count('data-step="') == 9
    assert '<li id="line-27" data-at="again"><a class="no"' in text


def test_a_flow_that_was_never_right_shows_what_there_is(folder):
    """Its picture where it can be read, else its text alone; it can't be tried, and says when it can."""
    edit(folder, "parcel.yaml", "otherwise: tell", "otherwise: tel")
    edit(folder, "goodbye.yaml", "steps:", "steps: {")
    bench = Workbench(folder)
    shop = Tab(create_workshop(bench), name="")
    try:
        assert shop.get("/flows/parcel").text.count('data-step="') == 9
        assert "no version without errors since the workshop was opened" in shop.text
        assert "data-step" not in shop.get("/flows/goodbye").text
        assert 'steps: <span class="wrong-here">{</span>' in shop.text
        assert shop.get("/flows/parcel/try").status == 404
        assert "as soon as it" in shop.text
    finally:
        bench.close()


def test_what_differs_since_it_was_opened_is_told(shop, folder):
    """In plain sentences, each with its step; a text that means the same says so."""
    assert "<p>Nothing.</p>" in shop.get("/flows/parcel").text
    edit(folder, "parcel.yaml", "title: Where", "# a question\ntitle: Where")
    assert "means the same" in shop.get("/flows/parcel").text
    edit(folder, "parcel.yaml", "Shall we send it again?", "Shall we send another?")
    text = html.unescape(shop.get("/flows/parcel").text)

    assert "he question is “Shall we send another?”, and was “Shall we send it again?”" in text
    assert '<a class="at" href="#say-again">again</a>' in text


def test_what_differs_since_the_last_commit_is_told(folder):
    """Where the folder lies in a repository; a flow that was never committed is new."""
    git = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"]):
        subprocess.run([*git, *words], check=True, capture_output=True)
    edit(folder, "parcel.yaml", "Shall we send it again?", "Shall we send another?")
    (folder / "fresh.yaml").write_text((folder / "goodbye.yaml").read_text().replace("goodbye", "fresh"))
    bench = Workbench(folder, committed=LastCommit(folder))
    shop = Tab(create_workshop(bench), name="")
    try:
        text = html.unescape(shop.get("/flows/parcel").text)
        assert "Changed since the last commit (" in text
        assert "he question is “Shall we send another?”" in text
        assert "<p>Nothing.</p>" in shop.get("/flows/parcel?since=opened").text
        assert "The whole flow is new since then." in shop.get("/flows/fresh").text
    finally:
        bench.close()


def test_what_people_write_stays_words(shop, folder):
    """Markup in a flow's text is shown, and steers nothing."""
    edit(folder, "parcel.yaml", "Let me look", "<script>alert(1)</script> Let me look")
    text = shop.get("/flows/parcel").text

    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text


# --- trying -----------------------------------------------------------------------------------------------


def test_a_flow_is_tried_to_its_end(shop, folder):
    """With inputs, day and results of one's choice; each value is seen, and a change is only told."""
    before = sorted(p for p in folder.parent.rglob("*") if p.is_file())
    shop.get("/flows/parcel/try")
    shop.post("/flows/parcel/try", {"f.in.number": "O-9", "f.at": "2026-03-09T10:00"})
    assert shop.heading == "Let me look for your parcel."
    do(shop, "continue")
    assert shop.heading == "orders.find is asked: what does it answer?"
    do(shop, "result", result="ok", f__status="late", f__due="2026-03-05")
    assert shop.heading == "Shall we send it again?"
    assert re.search(r"<dt>order.status</dt><dd>late</dd>", shop.text)
    assert re.search(r"<dt>overdue</dt><dd>true</dd>", shop.text)
    assert "again, line 27" in shop.text
    assert "2026-03-09 10:00" in shop.text
    do(shop, "answer", value="yes")
    do(shop, "result", result="ok")

    assert shop.heading == "Sent again"
    assert "PARCEL-AGAIN" in shop.text
    assert sorted(p for p in folder.parent.rglob("*") if p.is_file()) == before


def test_another_day_leads_elsewhere(shop):
    """The date is chosen: the same answers on a day before are another way."""
    shop.post("/flows/parcel/try", {"f.in.number": "O-9", "f.at": "2026-03-01T10:00"})
    do(shop, "continue")
    do(shop, "result", result="ok", f__status="late", f__due="2026-03-05")

    assert "goodbye/pin" in shop.text or "pin, line" in shop.text
    assert "in Say goodbye" in shop.text


def test_what_is_refused_says_so_at_its_field(shop):
    """As the agent would meet it: nothing is taken, and what was filled in stands."""
    shop.get("/flows/parcel/try?to=tell")
    do(shop, "fields", f__pin="12", f__happy="true")

    assert shop.status == 422
    assert "There is a problem" in shop.text
    shop.get("/flows/parcel/try")
    shop.post("/flows/parcel/try", {"f.in.number": "", "f.at": "2026-03-09T10:00"})
    assert shop.status == 422
    assert 'href="#f-in.number"' in shop.text
    shop.post("/flows/parcel/try", {"f.in.number": "1", "f.at": "tomorrow"})
    assert "Say a day and a time" in shop.text


def test_no_secret_goes_into_an_address(shop):
    """Nor onto the page: what was typed is replaced before the browser is sent on."""
    shop.get("/flows/parcel/try?to=tell")
    do(shop, "fields", f__pin="9132", f__happy="true")

    assert shop.status == 200
    assert "9132" not in shop.text
    assert "9132" not in shop.reply.request.path + shop.reply.request.query_string.decode()
    assert "given, 4 digits" in shop.text


def test_one_jumps_to_a_step(shop):
    """By a scenario that comes there, with its customer and its day."""
    shop.get("/flows/parcel/try?to=send")

    assert shop.heading == "orders.send_again is asked: what does it answer?"
    assert "<dd>O-2</dd>" in shop.text
    assert shop.get("/flows/parcel/try?to=nowhere").status == 404


def test_a_trial_says_at_which_day_and_time_its_clock_stands(shop):
    """A jump begins on a day of its own: that is said in words, with where another one is chosen, at each stop."""
    told = r'The clock of this trial stands at (\S+ \S+), whatever day it is\. (.*?) at <a href="([^"]*)">another'
    shop.get("/flows/parcel/try?to=send")
    at, how, begin = re.search(told, shop.text).groups()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", at)
    assert how == "Let time pass below, or begin"
    assert 'id="f-at"' in shop.get(begin).text
    shop.post("/flows/parcel/try", {"f.in.number": "O-9", "f.at": "2026-03-09T10:00"})
    assert re.search(told, shop.text)[1] == "2026-03-09 10:00"
    do(shop, "pass", by="1d")
    assert re.search(told, shop.text)[1] == "2026-03-10 10:00"


def test_a_move_is_taken_back_and_a_visit_gone_back_to(shop):
    """The first by a link, for what was tried is all in the address; the second as the agent would."""
    shop.get("/flows/parcel/try?to=again")
    shop.get(
        html.unescape(re.search(r'href="([^"]+)"[^>]*>(?:<kbd[^>]*>b</kbd>)?Take back the last move', shop.text)[1])
    )
    assert shop.heading == "orders.find is asked: what does it answer?"
    shop.get("/flows/parcel/try?to=again")
    do(shop, "back", to="1")
    assert shop.heading == "Let me look for your parcel."


def test_a_scenario_begins_a_try_or_is_walked_whole(shop):
    """Its inputs and day are filled in; or its end is shown with all that came of it."""
    text = shop.get("/flows/parcel/try?scenario=It+is+long+overdue").text
    assert 'name="f.in.number"' in text
    assert 'value="O-2"' in text
    assert 'value="2026-03-09 10:00"' in text
    assert shop.get("/flows/parcel/try?scenario=It+is+long+overdue&whole=yes").heading == "Sent again"
    assert shop.get("/flows/parcel/try?scenario=Nothing").status == 404


def test_a_walk_is_shown_as_a_scenario(shop):
    """To be copied: it passes as it stands."""
    shop.get("/flows/parcel/try?scenario=It+is+long+overdue&whole=yes")
    shop.get(html.unescape(re.search(r'href="([^"]+as=scenario)', shop.text)[1]))

    assert "outcome: sent_again" in html.unescape(shop.text)


def test_a_flow_is_tried_in_another_language(shop, folder):
    """Where one is there: the words are those of its translation, the ways the same."""
    assert "Language of the customer" not in shop.get("/flows/parcel/try").text
    (folder / "parcel.de.yaml").write_text(
        "translation: parcel\nlanguage: de\nsteps:\n  greet:\n    of: '00000000'\n    say: Ich sehe nach.\n"
    )
    assert '<option value="de">' in shop.get("/flows/parcel/try").text
    begin = {"f.in.number": "O-1", "f.at": "2026-03-01T10:00", "f.fact.contact.language": "de"}
    assert "Ich sehe nach." in shop.post("/flows/parcel/try", begin).text


def test_the_way_so_far_is_drawn(shop):
    """Over the picture of the flow at hand, for those who see it and in words; it may do no more than a picture."""
    shop.get("/flows/parcel/try?to=again")
    src = html.unescape(re.search(r'<img loading="lazy" src="([^"]+)" alt="([^"]+)"', shop.text)[1])
    assert "greet (1), look (2), judge (3), again (4)" in shop.text
    reply = shop.client.get(src, headers={"Host": "localhost"})
    assert reply.mimetype == "image/svg+xml"
    assert reply.get_data(as_text=True).count("node ask walked") == 1
    assert "script-src" not in reply.headers["Content-Security-Policy"]
    assert shop.get(src.replace("parcel.svg", "nothing.svg")).status == 404


def test_keys_can_be_switched_off(shop):
    """In the workshop itself, and back to where one was; never to another site."""
    shop.get("/flows/parcel/try?to=again")
    assert 'data-key="1"' in shop.text
    back = html.unescape(re.search(r'href="(/keys\?back=[^"]+)"', shop.text)[1])
    shop.get(back)
    shop.post("/keys", {"keys": "off", "back": html.unescape(re.search('name="back" value="([^"]+)"', shop.text)[1])})
    assert shop.heading == "Shall we send it again?"
    assert 'data-key="' not in shop.text
    assert shop.post("/keys", {"keys": "plain", "back": "//evil.example/"}).heading == "2 flows"
    assert shop.post("/keys", {"keys": "loud"}).status == 400


def test_what_scenarios_walk_is_drawn(shop):
    """On asking: what none walks is dashed, and the plain picture comes back."""
    text = shop.get("/flows/parcel?show=coverage").text
    assert "Scenarios walk 8 of 9 steps and 7 of 12 ways." in text
    assert re.search(r'class="node end missed"[^>]*data-step="leave"', text)
    plain = re.search(r'href="([^"]+)">Show the plain picture', text)
    assert "Scenarios walk 8" not in shop.get(html.unescape(plain[1])).text


def test_what_changed_is_drawn(shop, folder):
    """On asking, over the same picture: the step that is new, and the one that says something else."""
    assert "Show in the picture what changed" not in shop.get("/flows/parcel").text
    edit(folder, "parcel.yaml", "Shall we send it again?", "Shall we send another?")
    edit(folder, "parcel.yaml", "no: leave}", "no: thanks}")
    edit(folder, "parcel.yaml", "  leave:", "  thanks:\n    say: Thank you.\n  leave:")
    text = shop.get("/flows/parcel").text
    asked = re.search(r'href="([^"]+)">Show in the picture what changed since the workshop was opened', text)
    text = shop.get(html.unescape(asked[1])).text
    assert re.search(r'class="node [a-z]+ added"[^>]*data-step="thanks"', text)
    assert re.search(r'class="node [a-z]+ changed"[^>]*data-step="again"', text)
    assert "Show in the picture what scenarios walk" in text
    assert " added" not in shop.get("/flows/parcel").text


def test_a_try_follows_the_text(shop, folder):
    """The same address after a save is the same walk over the new text; what no longer fits is named."""
    shop.get("/flows/parcel/try?to=send")
    here = shop.reply.request.path + "?" + shop.reply.request.query_string.decode()
    edit(folder, "parcel.yaml", "answers: {yes: send, no: leave}", "answers: {sure: send, no: leave}")
    shop.get(here)

    assert shop.heading == "Shall we send it again?"
    assert "The flow has changed." in shop.text


@pytest.mark.parametrize("script", ["x", "eNqrVkrLz1eyUkpKLFKqBQAdegQ0", "A" * 5000])
def test_an_address_that_is_no_walk_is_refused(shop, script):
    """With a page."""
    assert shop.get(f"/flows/parcel/try?s={script}").status == 400
    assert shop.get("/flows/nothing/try").status == 404
    assert shop.post("/flows/parcel/try?s=", {"act": "nothing"}).status == 400


# --- guards, and what a page is told of -----------------------------------------------------------------


def test_the_same_guards_stand_before_the_workshop(shop):
    """Only this machine is answered, only our own forms are taken, and nothing is kept by a browser."""
    page = shop.get("/flows/parcel").reply
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"
    assert shop.client.get("/", headers={"Host": "evil.example"}).status_code == 421
    assert "To the flows" not in shop.client.get("/", headers={"Host": "evil.example"}).get_data(as_text=True)
    stranger = {"Host": "localhost", "Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert shop.client.post("/flows/parcel/try", data={}, headers=stranger).status_code == 403
    big = shop.post("/flows/parcel/try", {"f.in.number": "x" * 1_100_000})
    assert big.status == 413


def test_only_so_many_pages_hold_a_stream(shop):
    """The others look now and then; a stream that ends, or never began, makes room."""
    held = [shop.client.get("/events", headers={"Host": "localhost"}, buffered=False) for _ in range(STREAMS)]
    full = shop.client.get("/events", headers={"Host": "localhost"})
    assert full.status_code == 204
    assert shop.client.head("/events", headers={"Host": "localhost"}).status_code == 204
    for one in held:
        one.close()
    again = shop.client.get("/events", headers={"Host": "localhost"}, buffered=False)
    assert again.status_code == 200
    assert next(iter(again.response)) == b"retry: 500\n\n"
    again.close()
    assert int(shop.get("/state").text) >= 1
