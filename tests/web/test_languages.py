"""A contact in the customer's language: what is said, the flow's own words beside, what falls back, QA's view."""

import re

import pytest

from shepherd.author.fresh import fresh_flow
from shepherd.desk import Desk, Settings
from shepherd.web.app import create_app
from tests.web.conftest import Tab, begin

FLOW = """flow: hello
title: Hello
category: intake
version: 1
outcomes: {done: {resolves: true}}
steps:
  greet:
    say: Good morning.
    guide: Smile.
  light:
    ask: Which light is on?
    answers: {red: {label: A red one, then: data}, green: data}
  data:
    collect:
      speed: {label: Speed shown, type: integer}
      kind: {label: Kind, options: [slow, fast]}
  more:
    say: That is all.
  finish: {end: done}
"""
AUSTRIAN = """translation: hello
language: de-AT
title: Hallo
steps:
  greet: {of: "00000000", say: Grüß Gott.}
"""
GERMAN = """translation: hello
language: de
title: Hallo
steps:
  greet: {of: "00000000", say: Guten Tag., guide: Lächeln.}
  light:
    of: "00000000"
    ask: Welches Licht leuchtet?
    answers: {red: Ein rotes}
  data:
    of: "00000000"
    collect: {speed: {label: Angezeigtes Tempo}}
"""

DESK = """desk: mine
customer_lookup: people.find
facts: {customer: {first_name: {type: text, personal: true}, language: {type: text, personal: true}}}
"""
PEOPLE = """connectors:
  people:
    kind: table
    file: data/people.csv
    key: customer_id
    operations:
      find:
        reads: true
        inputs: {customer_id: text}
        results: {ok: {first_name: text, language: {type: text, optional: true}}, not_found: {}}
"""


@pytest.fixture
def hello(tmp_path):
    """A tab of a desk with one flow, said in German up to its last words, and in a little Austrian."""
    folder = tmp_path / "mine"
    folder.mkdir()
    for name, text in (("hello", FLOW), ("hello.de", GERMAN), ("hello.de-AT", AUSTRIAN)):
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    (folder / "other.yaml").write_text(fresh_flow("other", title="Other", category="orders", schema="x"), "utf-8")
    opened = Desk.open(Settings(folder, f"sqlite:///{tmp_path / 'a.db'}", str(tmp_path / "k.db"), "127.0.0.1", 0))
    yield Tab(create_app(opened))
    opened.close()


def beside(tab):
    """What stands in the flow's own words beside the page's."""
    found = re.search(r"<summary>In the flow’s own words</summary>(.*?)</details>", tab.text, re.DOTALL)
    return re.sub(r"<[^>]+>|\s+", " ", found[1]).split() if found else []


def test_it_is_said_in_the_customers_language_with_the_own_words_beside(hello):
    """Words, question and labels, none told twice. The page names the language; the case note is for colleagues."""
    begin(hello, "", flow="hello", language="de")
    assert '<p lang="de">Guten Tag.</p>' in hello.text
    assert beside(hello) == "Say Good morning. Do Smile.".split()
    assert "<dt>Said in</dt><dd>Deutsch (German)</dd>" in hello.text

    hello.act("continue")
    assert hello.heading == "Welches Licht leuchtet?"
    assert beside(hello) == "Ask Which light is on? Ein rotes A red one".split()

    hello.act("answer", value="red")
    assert "- Which light is on? A red one" in hello.text
    assert "Angezeigtes Tempo" in hello.text
    assert beside(hello) == "Angezeigtes Tempo Speed shown".split()


def test_a_step_that_falls_back_says_so(hello):
    """Where a step has no words in the language, the flow's own are said, under a sentence that tells it."""
    begin(hello, "", flow="hello", language="de")
    assert "has no words in German yet" not in hello.text
    hello.act("continue")
    hello.act("answer", value="green")
    hello.act("fields", f__speed="4", f__kind="slow")
    assert "That is all." in hello.text
    assert "This step has no words in German yet. It is said in the flow’s own." in hello.text
    assert beside(hello) == []


def test_a_regional_language_falls_back_on_its_own(hello):
    """Austrian where there is some, else German, else the flow's own."""
    begin(hello, "", flow="hello", language="de-AT")
    assert "Grüß Gott." in hello.text
    assert "Lächeln." in hello.text
    hello.act("continue")
    assert hello.heading == "Welches Licht leuchtet?"
    assert "<dd>Deutsch (German, AT)</dd>" in hello.text


def test_the_flows_own_language_needs_no_words_beside(hello):
    """Nothing is told of languages where none was chosen."""
    begin(hello, "", flow="hello", language="")
    assert "Good morning." in hello.text
    assert "Said in" not in hello.text
    assert beside(hello) == []


def test_languages_are_listed_by_their_names(hello):
    """Where one is chosen for a contact, and in the list of flows, with how much of each flow is said in it."""
    begin(hello, "", flow="hello", language="de")
    hello.get(f"/tickets/{re.search(r'T-[0-9]+', hello.text)[0]}")
    assert '<option value="de" selected>Deutsch (German)</option>' in hello.text
    assert '<option value="de-AT">Deutsch (German, AT)</option>' in hello.text
    rows = re.findall(r"<tr><td>.*?</tr>", hello.get("/flows").text)
    own = next(row for row in rows if ">hello<" in row)
    assert own.endswith(
        "<td>Deutsch (German) 9 % (5 to be looked at), Deutsch (German, AT) 9 % (1 to be looked at)</td></tr>"
    )
    assert next(row for row in rows if ">other<" in row).endswith("<td></td></tr>")


@pytest.mark.parametrize(("told", "chosen"), [("de", "de"), ("de-CH", "de"), ("fi", ""), ("", "")])
def test_the_customers_language_is_chosen_beforehand(told, chosen, tmp_path):
    """Where the customer base tells it and flows are said in it; the agent may still choose another."""
    folder = tmp_path / "mine"
    (folder / "data").mkdir(parents=True)
    (folder / "hello.yaml").write_text(FLOW, "utf-8")
    (folder / "hello.de.yaml").write_text(GERMAN, "utf-8")
    (folder / "data" / "people.csv").write_text(f"customer_id,first_name,language\nC-1,Ada,{told}\n", "utf-8")
    (folder / "desk.yaml").write_text(DESK, "utf-8")
    (folder / "connectors.yaml").write_text(PEOPLE, "utf-8")
    desk = Desk.open(Settings(folder, f"sqlite:///{tmp_path / 'a.db'}", str(tmp_path / "k.db"), "127.0.0.1", 0))
    try:
        tab = Tab(create_app(desk))
        token = re.search(r'name="token" value="([^"]+)"', tab.get("/").text)[1]
        tab.post("/tickets", {"token": token, "customer": "C-1", "channel": "phone", "subject": "Hello"})
        assert re.findall(r'<option value="([^"]+)" selected>Deutsch', tab.text) == ([chosen] if chosen else [])
    finally:
        desk.close()


def test_the_record_shows_the_words_that_were_said(tab):
    """QA reads them in the language in which they were said, and which that was."""
    begin(tab, "C-1001", language="fr")
    assert "Je suis désolé" in tab.text
    run = tab.path.rpartition("/")[2]
    tab.get(f"/qa/runs/{run}")
    assert "Said to the customer in français (French)" in tab.text
    assert "Je suis désolé" in tab.text
    assert "I am sorry to hear that" not in tab.text
    assert "said in the flow’s own words" not in tab.text


def test_the_record_shows_what_fell_back(hello):
    """The one step that had no words in the language is marked where QA reads it."""
    begin(hello, "", flow="hello", language="de")
    hello.act("continue")
    hello.act("answer", value="green")
    hello.act("fields", f__speed="4", f__kind="slow")
    rows = re.findall(r"<tr>.*?</tr>", hello.get(f"/qa{hello.path}").text, re.DOTALL)
    assert ["hello/more" in row for row in rows if "said in the flow’s own words" in row] == [True]
    assert any("Guten Tag." in row for row in rows)


@pytest.mark.parametrize("language", ["de", "fr"])
def test_the_main_flow_is_said_whole_in_two_more_languages(shipped, language):
    """Every word that a customer hears in it and in all that it leads to, each up to date."""
    assert {flow: dict(shipped.said_in(flow))[language].percent for flow in shipped.reached("internet_down")} == {
        "internet_down": 100,
        "authentication": 100,
        "closing": 100,
    }
