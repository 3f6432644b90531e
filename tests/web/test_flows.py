"""The flows' pages, and the picture of a run on QA's page."""

import html
import re
from xml.etree import ElementTree

import pytest

from shepherd.author.looks import RULES
from shepherd.flow.graph import graph_of
from tests.web.test_qa import ended


def test_every_flow_is_listed_and_has_a_page(tab, desk):
    """With what a designer looks for: category, version, owner, the day of review, the number of steps."""
    text = tab.get("/flows").text
    for flow in desk.library.flows.values():
        assert f'href="/flows/{flow.id}"' in text
        page = tab.get(f"/flows/{flow.id}")
        assert page.status == 200
        assert page.heading == flow.title
        assert flow.owner in page.text
        assert flow.review_by in page.text
        assert page.text.count("data-step=") == len(flow.steps)
        assert page.text.count("data-by=") == graph_of(flow).number_of_edges()


def test_a_called_flow_is_a_link_to_its_page(tab):
    """From the picture, where a step of verb call names it; those who listen are not told of one big image."""
    text = tab.get("/flows/internet_down").text

    assert len(re.findall(r'<a href="/flows/authentication"><text', text)) == 2
    assert 'role="group"' in text
    assert '<svg xmlns="http://www.w3.org/2000/svg" class="flow-picture" role="img"' not in text


def test_the_same_is_read_aloud_beside_the_picture(tab):
    """Each step leads to its sentences, each sentence to its line, and each way to the step that comes next."""
    text = tab.get("/flows/closing").text

    assert re.search(
        r'<g id="node-offer_survey"[^>]*><title>[^<]*</title><a class="told"[^>]*href="#say-offer_survey">', text
    )
    assert '<li id="say-offer_survey"' in text
    assert 'href="#node-offer_survey"' in text
    assert re.search(r'They agree”[^<]*, then go to <a href="#say-book_survey">book_survey</a> \(step \d+\)', text)


@pytest.mark.parametrize("flow", ["closing", "internet_down", "authentication"])
def test_every_address_on_the_page_is_there_once(tab, flow):
    """No sentence leads to a line that the text has not, and no two things have the same address."""
    text = tab.get(f"/flows/{flow}").text
    ids = re.findall(r'\sid="([^"]+)"', text)

    assert sorted(set(re.findall(r'href="#([^"]+)"', text)) - set(ids)) == []
    assert sorted({one for one in ids if ids.count(one) > 1}) == []


def test_the_text_is_the_one_that_is_served(tab, desk):
    """Line by line, whatever has become of the file since; each step's lines are told from the next one's."""
    text = tab.get("/flows/closing").text
    lines = desk.library.sources["closing.yaml"].removesuffix("\n").split("\n")

    assert [html.unescape(code) for code in re.findall("<code>(.*?)</code>", text)][-len(lines) :] == lines
    number = lines.index("  offer_survey:") + 1
    assert f'<li id="line-{number}" data-at="offer_survey"><a class="no" href="#say-offer_survey"' in text


def test_nothing_on_the_page_needs_more_than_the_policy_allows(tab):
    """Looks come from the style sheet: no style in the page, at an element or as one."""
    text = tab.get("/flows/internet_down").text

    assert "<style" not in text
    assert not re.search(r"\sstyle=", text)


@pytest.mark.parametrize(
    ("form", "kind", "name"),
    [
        ("svg", "image/svg+xml", "closing.svg"),
        ("mermaid", "text/plain", "closing.mmd"),
        ("dot", "text/vnd.graphviz", "closing.dot"),
        ("bpmn", "application/xml", "closing.bpmn"),
    ],
)
def test_the_picture_can_be_taken_away(tab, form, kind, name):
    """In every format, with a name of its own."""
    reply = tab.get(f"/flows/closing/picture.{form}").reply

    assert reply.mimetype == kind
    assert reply.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert reply.get_data(as_text=True) == tab.client.application.extensions["desk"].pictures.of("closing", form)


def test_the_looks_of_a_picture_are_those_that_stand_alone(tab):
    """One style sheet, kept by browsers; its address changes with it."""
    sheet = re.search(r'href="(/static/drawing\.css\?v=[0-9a-f]{12})"', tab.get("/flows/closing").text)[1]
    reply = tab.get(sheet).reply
    assert reply.mimetype == "text/css"
    assert reply.get_data(as_text=True) == RULES
    assert "immutable" in reply.headers["Cache-Control"]


def test_called_flows_open_in_the_picture(tab):
    """By a link for each, without a script; what is open can be closed, and is in the picture that is taken away."""
    closed = tab.get("/flows/internet_down").text
    assert 'href="/flows/internet_down?open=closing#inside">Open closing</a>' in closed
    assert 'data-step="closing/confirm"' not in closed

    text = tab.get("/flows/internet_down?open=closing&open=nothing").text
    assert 'data-step="closing/confirm"' in text
    assert 'href="/flows/internet_down#inside">Close closing</a>' in text
    assert 'href="/flows/internet_down?open=closing&amp;open=authentication#inside">Open authentication</a>' in text
    assert 'data-step="closing/confirm"' in tab.get("/flows/internet_down/picture.svg?open=closing").text


def test_a_picture_by_itself_may_do_nothing_but_use_its_own_style(tab):
    """Its policy names that style by its hash; a page's policy is as it was."""
    policy = tab.get("/flows/closing/picture.svg").reply.headers["Content-Security-Policy"]

    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[\w+/=]+'; base-uri 'none'; frame-ancestors 'none'", policy
    )
    assert "style-src 'self'" in tab.get("/flows/closing").reply.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/flows/nothing", "/flows/closing/picture.png", "/flows/nothing/picture.svg"])
def test_what_is_not_there_is_said(tab, path):
    """With a page, not a picture."""
    assert tab.get(path).status == 404
    assert tab.heading == "Nothing here"


def test_what_the_last_runs_did_lies_over_the_picture(at_light):
    """On asking: the number behind each way, the visits over each step; inside a called flow that is opened, too."""
    text = at_light.get("/flows/internet_down").text
    assert "came through here" not in text
    at_light.get(html.unescape(re.search(r'href="([^"]+)">Show in the picture what the last runs did', text)[1]))
    assert "1 recorded run came through here." in at_light.text
    assert re.search(r">[^<]+ \(1\)</(text|tspan)>", at_light.text)
    assert re.search(r'class="node call missed"|class="node [a-z]+ missed"', at_light.text)
    opened = at_light.get("/flows/internet_down?open=authentication&show=traffic").text
    assert opened.count(" visits") > at_light.get("/flows/internet_down?show=traffic").text.count(" visits")


def test_the_path_lies_over_the_picture_of_each_flow_it_went_through(at_light):
    """Folded and fetched only when it is unfolded; what stands for it in words is there at once."""
    run = ended(at_light)
    text = at_light.get(f"/qa/runs/{run}").text

    for flow in ("internet_down", "authentication"):
        assert re.search(rf'<img loading="lazy" src="/qa/runs/{run}/{flow}.svg" alt="The path of the run', text)
        reply = at_light.get(f"/qa/runs/{run}/{flow}.svg").reply
        assert reply.mimetype == "image/svg+xml"
        root = ElementTree.fromstring(reply.get_data(as_text=True))
        assert any("walked" in (e.get("class") or "").split() for e in root.iter())
    assert f"/qa/runs/{run}/closing.svg" not in text
    assert at_light.get(f"/qa/runs/{run}/closing.svg").status == 404
    assert at_light.get("/qa/runs/nobody/closing.svg").status == 404


def test_what_was_taken_back_is_dashed_in_the_picture(at_light):
    """The first answer for the light was taken back: its way is dashed, the later one is thick."""
    run = ended(at_light)
    root = ElementTree.fromstring(at_light.get(f"/qa/runs/{run}/internet_down.svg").text)
    ways = {(e.get("data-from"), e.get("data-by")): e.get("class") for e in root.iter() if e.get("data-by")}

    assert "gone" in ways["check_lights", "answer:green"]
    assert "walked" in ways["check_lights", "answer:hung_up"]
    assert "walked" in ways["route_by_line", "otherwise"]
    assert ways["check_lights", "answer:dark"] == "arrow"
