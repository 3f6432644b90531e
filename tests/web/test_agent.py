"""Name, tickets and keys: the pages around a run."""

import re

import pytest

from tests.web.conftest import answer_until, begin


def test_a_name_is_asked_first(open_tab):
    """Without a name every page leads to the name page, and from there back to where one wanted to go."""
    tab = open_tab(name="").get("/tickets?find=x")
    tab.get("/qa")
    assert tab.path == "/name"
    tab.post("/name", {"name": "  Maria   Östberg ", "role": "agent", "back": "/qa"})

    assert tab.path == "/qa"
    assert "Maria Östberg, agent" in tab.text


def test_a_blank_name_is_refused(open_tab):
    """The record needs a name: a blank one, one of control characters or a very long one is refused in words."""
    for name in ("", "   ", "a\u202eb", "x" * 65):
        tab = open_tab(name="").post("/name", {"name": name, "role": "agent", "back": "/"})

        assert tab.status == 422
        assert "Enter your name" in tab.text


def test_the_way_back_never_leads_to_another_site(open_tab):
    """A crafted link can't send the agent away after the name was given."""
    for back in ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", ""):
        tab = open_tab(name="").post("/name", {"name": "maria", "role": "agent", "back": back}, follow=False)

        assert tab.reply.headers["Location"] == "/"


def test_a_forged_cookie_is_nobody(open_tab):
    """A cookie that we did not write, or with a role that the desk does not have, names nobody."""
    for name, role in (("maria", "emperor"), ("a\\u0000b", "agent")):
        assert open_tab(name=name, role=role).get("/").path == "/name"


def test_the_cookie_is_out_of_reach_of_scripts(open_tab):
    """HttpOnly and SameSite: neither a script nor another site gets at it."""
    tab = open_tab(name="").post("/name", {"name": "maria", "role": "agent", "back": "/"}, follow=False)

    assert "HttpOnly" in tab.reply.headers["Set-Cookie"]
    assert "SameSite=Lax" in tab.reply.headers["Set-Cookie"]


def test_a_customer_is_found_by_name(tab):
    """Part of a name finds the customer, and leads to a ticket with the number filled in."""
    tab.get("/?find=virt")
    assert "Aino Virtanen" in tab.text
    tab.get(re.search(r'href="([^"]*customer=C-1001)#open"', tab.text)[1])

    assert 'value="C-1001"' in tab.text


def test_customers_are_offered_while_typing(tab):
    """What is typed brings the customers whom it fits, each with number and name; nothing typed brings nobody."""
    assert tab.get("/customers?find=virt").reply.json == [{"name": "Aino Virtanen", "ref": "C-1001"}]
    assert tab.get("/customers?find=040-5550101").reply.json == [
        {"name": "Aino Virtanen (040-5550101)", "ref": "C-1001"}
    ]
    assert tab.get("/customers?find=").reply.json == []
    assert tab.get("/customers?find=nobody").reply.json == []


def test_customers_are_offered_to_nobody_without_a_name(open_tab):
    """Without a name even the list leads to the name page."""
    assert open_tab(name="").get("/customers?find=virt").path == "/name"


def test_an_unknown_customer_opens_no_ticket(tab):
    """A number that the customer base does not have is said beside its field, and what was entered is kept."""
    token = re.search(r'name="token" value="([^"]+)"', tab.get("/").text)[1]
    tab.post("/tickets", {"token": token, "customer": "C-9", "channel": "phone", "subject": "Slow"})

    assert tab.status == 422
    assert 'href="#f-customer"' in tab.text
    assert 'value="Slow"' in tab.text


def test_the_same_form_opens_one_ticket(tab):
    """A double click on "Open ticket" opens one."""
    token = re.search(r'name="token" value="([^"]+)"', tab.get("/").text)[1]
    form = {"token": token, "customer": "C-1001", "channel": "phone", "subject": "Slow"}
    first = tab.post("/tickets", form).path
    again = tab.post("/tickets", form).path

    assert first == again


def test_an_open_run_is_offered_first(at_light):
    """On the ticket, what was left open comes before what may be started."""
    ticket = re.search(r'href="(/tickets/[^"]+)"', at_light.text)[1]
    run = at_light.path
    text = at_light.get(ticket).text

    assert text.index(run) < text.index("Start a flow")


def test_a_flow_is_found_by_its_words(tab):
    """Type-ahead works without a script: the list is narrowed by the server."""
    begin(tab, "C-1001")
    ticket = re.search(r'href="(/tickets/[^"]+)"', tab.text)[1]
    found = re.findall(r'name="flow" value="(\w+)"', tab.get(f"{ticket}?find=internet").text)

    everything = re.findall(r'name="flow" value="(\w+)"', tab.get(ticket).text)

    assert found[0] == "internet_down"
    assert set(found) < set(everything)
    assert "No flow fits" in tab.get(f"{ticket}?find=xyzzy").text


def test_a_case_note_is_corrected_by_a_new_entry(at_light):
    """The correction holds from then on; the first text stays on the ticket, struck through."""
    ticket = re.search(r'href="(/tickets/[^"]+)"', at_light.text)[1]
    at_light.act("answer", value="hung_up")
    answer_until(at_light, "Lost")
    at_light.get(ticket)
    action = re.search(r'action="([^"]+/case-note/[^"]+)"', at_light.text)[1]
    token = re.search(r'name="token" value="([^"]+)"', at_light.text)[1]
    at_light.post(action, {"token": token, "text": "The caller hung up; call back at five."})

    assert "call back at five." in at_light.text
    assert "<del>" in at_light.text
    at_light.post(action, {"token": token + "x", "text": "  "})
    assert at_light.status == 422


def test_a_note_after_the_end_is_said_not_to_be_in_the_case_note(at_light):
    """It stands below the case note, on the run, the ticket and QA's path, until a correction is added after it."""
    ticket, run = re.search(r'href="(/tickets/[^"]+)"', at_light.text)[1], at_light.path
    at_light.act("note", text="Dog barks")
    at_light.act("answer", value="hung_up")
    answer_until(at_light, "Lost")
    path = f"/qa{run}"
    for page in (run, ticket, path):
        assert "Noted since" not in at_light.get(page).text
    at_light.get(run).act("note", text="They rang again")

    for page in (run, ticket, path):
        below = at_light.get(page).text.partition("Noted since, and not in the case note")[2].partition("</div>")[0]
        assert "They rang again" in below
        assert "Dog barks" not in below
    action = re.search(r'action="([^"]+/case-note/[^"]+)"', at_light.get(ticket).text)[1]
    token = re.search(r'name="token" value="([^"]+)"', at_light.text)[1]
    at_light.post(action, {"token": token, "text": "They rang again; all is well."})
    for page in (run, ticket, path):
        assert "Noted since" not in at_light.get(page).text


def test_keys_can_be_switched_off_or_bound_to_alt(at_light):
    """WCAG 2.1.4: single keys can be switched off, or asked for with Alt; the buttons show what holds."""
    run = at_light.path
    at_light.post("/keys", {"keys": "off", "back": run})
    assert "data-key=" not in at_light.text
    assert "<kbd" not in at_light.text.partition('id="keys"')[0]
    at_light.post("/keys", {"keys": "alt", "back": run})

    assert 'aria-keyshortcuts="Alt+1"' in at_light.text
    assert ">Alt 1</kbd>" in at_light.text


def test_what_people_enter_is_shown_as_text(tab):
    """Markup in a subject, a note or a search is text on the page, nothing else."""
    evil = '<img src=x onerror="alert(1)">'
    token = re.search(r'name="token" value="([^"]+)"', tab.get("/").text)[1]
    tab.post("/tickets", {"token": token, "customer": "C-1001", "channel": "phone", "subject": evil})
    assert "<img" not in tab.text
    assert "<img" not in tab.get("/", query_string={"find": evil}).text
    assert "<img" not in tab.get("/qa", query_string={"agent": evil}).text


def open_new(tab, customer="", subject="", channel="phone"):
    """Send the form "Open a ticket"."""
    token = re.search(r'name="token" value="([^"]+)"', tab.get("/").text)[1]
    given = {"token": token, "customer": customer, "channel": channel, "subject": subject}
    return tab.post("/tickets", given)


def test_an_unknown_caller_needs_a_subject(tab):
    """A ticket with neither customer nor subject says nothing to anybody: a few words are asked for."""
    assert open_new(tab).status == 422
    assert "in a few words what it is about" in tab.text
    assert open_new(tab, subject="No internet").status == 200


def test_a_customer_is_known_by_number_or_chosen_by_name(tab):
    """Capitals don't matter in a number; a name offers whoever bears it."""
    assert "Aino Virtanen" in open_new(tab, "c-1001").text
    assert tab.status == 200
    assert open_new(tab, "aino").status == 422
    assert '<button name="customer_is" value="C-1001">' in tab.text
    assert open_new(tab, "nobody at all").status == 422
    assert "customer_is" not in tab.text


def test_a_customer_can_be_put_on_a_ticket_later(tab):
    """A flow that must know the customer says so; the ticket takes one, notes by whom, and the flow starts."""
    open_new(tab, subject="No internet")
    ticket = tab.path
    start = {"token": re.search(r'name="token" value="([^"]+)"', tab.text)[1], "flow": "internet_down"}
    tab.post(f"{ticket}/runs", start)
    assert tab.status == 422
    assert "Put the customer on the ticket" in tab.text
    assert "customer_id" not in tab.text
    assert tab.post(f"{ticket}/customer", {"customer": "nobody"}).status == 422
    tab.post(f"{ticket}/customer", {"customer": "c-1001"})
    assert "Customer C-1001 put on the ticket." in tab.text
    assert "Who is it?" not in tab.text
    assert tab.post(f"{ticket}/customer", {"customer": "C-1002"}).status == 422
    tab.post(f"{ticket}/runs", start)
    assert "/runs/" in tab.path


def test_a_ticket_shows_the_case_note_so_far(at_light):
    """Whoever opens the ticket while a run is open reads what is established already."""
    at_light.get(re.search(r'href="(/tickets/[^"]+)"', at_light.text)[1])
    assert "so far, written anew with each step" in at_light.text
    assert "Result: still open." in at_light.text


def test_flows_are_offered_while_typing(tab):
    """The list under the field is the desk's own: best first, slips forgiven."""
    assert tab.get("/flows.json?find=internt").reply.json == ["internet_down"]


def test_a_flow_is_begun_in_the_language_of_the_customer(tab):
    """The agent chooses it where the flow is begun; the ticket's next run begins with the same one chosen."""
    begin(tab, "C-1001", language="de")

    assert "Das tut mir leid" in tab.text

    tab.get(f"/tickets/{re.search(r'T-[0-9]+', tab.text)[0]}")

    assert '<option value="de" selected>Deutsch (German)' in tab.text


@pytest.mark.parametrize(
    ("channel", "said"),
    [
        ("phone", ["Service level: 80 % taken within 20 s"]),
        ("email", ["Service level: first reply by ", "Service level: solved by "]),
        ("social", ["Service level: first reply by "]),
        ("counter", []),
    ],
)
def test_a_ticket_shows_the_service_level_of_its_channel(tab, channel, said):
    """Each channel with a level can be chosen, and its ticket says what the desk aims at; others say nothing of it."""
    assert f'name="channel" value="{channel}"' in tab.get("/").text
    open_new(tab, subject="No internet", channel=channel)
    lines = re.findall(r"<li>(Service level: [^<]*)</li>", tab.text)

    assert len(lines) == len(said)
    assert all(line.startswith(words) for line, words in zip(lines, said, strict=True))
