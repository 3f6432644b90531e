"""The run page: what it shows, what it takes, and what it does with a tab that is behind."""

import re

import pytest

from tests.web.conftest import answer_until, begin


def test_a_run_begins_with_its_first_words(tab):
    """Starting a flow leads straight to its first step, with what to say as the largest thing on the page."""
    begin(tab, "C-1001")

    assert tab.status == 200
    assert "I am sorry to hear that." in tab.text
    assert "Continue" in tab.text


def test_the_strip_names_who_is_on_the_line(at_light):
    """Customer, identity with its age, channel, ticket, flow and version stand on every step."""
    strip = re.search(r'<dl class="strip".*?</dl>', at_light.text, re.DOTALL)[0]

    for part in ("Aino Virtanen", "established just now", "phone", "T-1", "The customer has no internet", "v1"):
        assert part in strip


def test_an_unproved_name_is_said_on_every_page(at_light):
    """As long as there is no sign-in, every page says that the name is not proved."""
    for path in ("/", "/keys", "/qa", at_light.path, "/nowhere"):
        assert "assured: false" in at_light.get(path).text


def test_answers_show_the_digit_that_gives_them(at_light):
    """Each answer is a button with its digit on it, told to assistive technology too."""
    buttons = re.findall(r'<button name="value" value="(\w+)" data-key="(\d)" aria-keyshortcuts="\d">', at_light.text)

    assert buttons == [("green", "1"), ("red", "2"), ("dark", "3"), ("cannot_tell", "4"), ("hung_up", "5")]


def test_an_answer_is_a_redirect_to_the_run(at_light):
    """POST, then 303 to the run's own address: a refresh shows the step and sends nothing again."""
    at_light.act("answer", value="red", follow=False)

    assert at_light.status == 303
    assert at_light.reply.headers["Location"] == at_light.path
    assert "switch the router off" in at_light.get(at_light.path).text


def test_our_script_gets_the_next_step_at_once(at_light):
    """It puts that page in the place of the present one, so that it is spared the way there; the page is the same."""
    form = at_light.form("answer") | {"value": "red"}
    sent = at_light.post(at_light.path, form, follow=False, headers={"X-In-Place": "1"})
    there = re.sub(r'name="token" value="[^"]+"', "", sent.text)

    assert (sent.status, "switch the router off" in there) == (200, True)
    assert re.sub(r'name="token" value="[^"]+"', "", at_light.get(at_light.path).text) == there


def test_the_same_form_again_gives_the_first_result(at_light):
    """A double click, or a refresh that sends again, answers once: the next question is never answered by it."""
    form = at_light.form("answer") | {"value": "red"}
    first = at_light.post(at_light.path, form).text
    again = at_light.post(at_light.path, form)

    assert again.status == 200
    assert "switch the router off" in first
    assert "switch the router off" in again.text


def test_the_same_token_with_another_answer_is_not_taken(at_light):
    """Two different buttons of one page, pressed quickly: the first one holds, and the page says so."""
    form = at_light.form("answer")
    at_light.post(at_light.path, form | {"value": "red"})
    at_light.post(at_light.path, form | {"value": "green"})

    assert at_light.status == 409
    assert "The first one was taken" in at_light.text
    assert "switch the router off" in at_light.text


def test_a_tab_that_is_behind_is_shown_the_true_step(at_light, open_tab):
    """An old tab moves nothing: a friendly page says so and has the step at which the contact stands, ready to use."""
    old = open_tab().get(at_light.path)
    at_light.act("answer", value="red")

    old.act("answer", value="green")

    assert old.status == 409
    assert "This page was behind" in old.text
    assert "switch the router off" in old.text
    old.act("continue")
    assert old.heading == "Is the internet working now?"


def test_a_note_from_an_old_tab_is_not_lost(at_light, open_tab):
    """What was typed stays in the box where the page was behind."""
    old = open_tab().get(at_light.path)
    at_light.act("answer", value="red")

    old.act("note", text="Needs it by five")

    assert old.status == 409
    assert "Needs it by five</textarea>" in old.text


def test_a_wrong_field_is_named_and_what_was_entered_is_kept(at_light):
    """Errors come first, in words, each with a link to its field; the field keeps what was entered."""
    at_light.act("answer", value="green")
    at_light.act("fields", f__down_mbps="fast", f__wired="true")

    assert at_light.status == 422
    assert "There is a problem" in at_light.text
    assert '<a href="#f-down_mbps">' in at_light.text
    assert 'value="fast"' in at_light.text
    assert re.search(r'value="true"[^>]* checked', at_light.text)
    assert at_light.title.startswith("Problem: ")


def test_a_secret_is_never_shown_again(tab):
    """A refused PIN comes back as an empty field; no page, path or list ever has its digits."""
    begin(tab, "C-1001")
    answer_until(tab, "four digits", {"Do you have your four-digit": "yes"})
    tab.act("answer", f__pin="98765")

    assert tab.status == 422
    assert "98765" not in tab.text
    assert 'type="password"' in tab.text


def test_back_goes_to_the_answer_before(at_light):
    """ "Back" takes the latest act back, and the step stands as before."""
    at_light.act("answer", value="red")
    at_light.act("back")

    assert "What colour" in at_light.heading


def test_changing_an_answer_says_first_what_falls_away(at_light):
    """The old question is asked anew; before anything changes the page lists what falls off the path."""
    at_light.act("answer", value="red")
    at_light.act("continue")
    run = at_light.path
    link = re.search(r'href="([^"]+/change/\d+)"', at_light.text)[1]
    at_light.get(link)
    assert "What colour" in at_light.heading
    at_light.act("preview", f__check_lights="dark")

    assert at_light.status == 200
    assert "fall away" in at_light.text
    assert "switch the router off" in at_light.text
    assert "Is the internet working" in open_again(at_light, run)
    at_light.get(link).act("preview", f__check_lights="dark")
    at_light.post(run, at_light.form("change"))
    assert "plug of the router" in at_light.heading


def open_again(tab, path):
    """The heading of another page, without losing the one shown."""
    kept = tab.reply
    heading = tab.get(path).heading
    tab.reply = kept
    return heading


def test_a_paused_run_waits_and_goes_on(at_light):
    """Pause keeps the step; the start page offers the run first; one button goes on."""
    at_light.act("pause")
    assert at_light.heading == "Paused"
    run = at_light.path
    assert run in at_light.get("/").text
    at_light.get(run).act("resume")

    assert "What colour" in at_light.heading


def test_a_handed_over_run_can_be_taken_over(at_light, open_tab):
    """Hand over to a queue: whoever takes it goes on at the very same step, the other can't answer meanwhile."""
    run = at_light.path
    at_light.get(f"{run}/hand-over")
    at_light.post(run, at_light.form("hand_over") | {"to": "second_line", "reason": "Needs a technician"})
    assert "second line" in at_light.heading.lower()
    other = open_tab("timo").get(run)
    other.act("take_over")

    assert "What colour" in other.heading
    assert "Handed over to second line: Needs a technician" in other.text
    assert at_light.get(run).heading == "timo is guiding this contact"
    assert "They are asked</span> What colour is the light" in at_light.text
    assert "Green · " in at_light.text


def test_a_late_take_over_takes_nothing_from_a_colleague(at_light, open_tab):
    """Who presses "Take over" after somebody else has taken it is told so, and who has it."""
    run = at_light.path
    at_light.get(f"{run}/hand-over")
    at_light.post(run, at_light.form("hand_over") | {"to": "second_line"})
    late = open_tab("sari").get(run)
    open_tab("timo").get(run).act("take_over")
    late.act("take_over")

    assert late.status == 409
    assert late.heading == "timo is guiding this contact"
    assert "This page was behind" in late.text


def test_the_first_page_has_ones_own_runs_and_those_to_be_taken_over(at_light, open_tab):
    """Each with its customer; what a colleague is guiding is not offered to others."""
    run = at_light.path
    assert "Go on where you stopped" in at_light.get("/").text
    other = open_tab("timo")
    assert run not in other.get("/").text
    at_light.get(f"{run}/hand-over")
    at_light.post(run, at_light.form("hand_over") | {"to": "second_line"})
    text = other.get("/").text

    assert "Waits to be taken over" in text
    assert re.search(rf'href="{run}".*?Virtanen.*?for second line', text, re.DOTALL)


def test_none_of_these_is_never_a_dead_end(at_light):
    """Where no answer fits, it can be noted without leaving the step."""
    run = at_light.path
    at_light.get(f"{run}/none-fits")
    at_light.post(run, at_light.form("none") | {"to": "", "reason": "The light is purple"})

    assert "What colour" in at_light.heading
    assert "None of the answers fitted. The light is purple" in at_light.text


def test_a_customer_who_is_gone_ends_the_run(at_light):
    """The run is over without an outcome; path and case note stay."""
    run = at_light.path
    at_light.get(f"{run}/gone")
    at_light.post(run, at_light.form("gone") | {"reason": "hung_up"})

    assert at_light.heading == "The customer hung up"
    assert "Case note" in at_light.text


@pytest.mark.parametrize(
    "broken", [{"seq": ""}, {"seq": "x"}, {"seq": "-1"}, {"seq": "9" * 40}, {"token": ""}, {"act": "fly"}, {"act": ""}]
)
def test_a_form_that_is_not_ours_is_refused_in_words(at_light, broken):
    """A form without number, token or a known act is refused with 400, and nothing happens."""
    run = at_light.path
    at_light.post(run, at_light.form("answer") | {"value": "red"} | broken)

    assert at_light.status == 400
    assert "What colour" in at_light.get(run).heading


def test_an_answer_that_is_not_offered_is_refused(at_light):
    """A value that the question does not offer is refused by the engine; the page says which are."""
    at_light.act("answer", value="purple")

    assert at_light.status == 422
    assert "There is a problem" in at_light.text


def test_no_script_or_style_stands_in_a_page(at_light):
    """The content policy allows none: no inline script, no style, no handler in any page."""
    pages = [at_light.text, *(at_light.get(p).text for p in ("/", "/keys", "/qa", "/name"))]

    for page in pages:
        assert not re.search(r"<script(?! src=)|<style|\sstyle=|\son\w+=|javascript:", page)


def test_an_old_page_about_an_answer_leads_to_where_the_contact_stands(at_light):
    """The browser's Back leads to the question that was changed, which has another visit now: no dead end, and said."""
    at_light.act("answer", value="red")
    link, run = re.search(r'href="([^"]+/change/\d+)"', at_light.text)[1], at_light.path
    at_light.get(link).act("preview", f__check_lights="green")
    at_light.post(run, at_light.form("change"))
    heading = at_light.heading
    for ask in (lambda: at_light.get(link), lambda: at_light.post(link, {"f.check_lights": "red", "act": "preview"})):
        ask()
        assert (at_light.status, at_light.path, at_light.heading) == (200, run, heading)
        assert "That page was old" in at_light.text
    assert "That page was old" not in at_light.get(run).text
    assert at_light.get(f"{run}/change/999").status == 404


def test_the_same_answer_once_more_is_no_change(at_light, desk):
    """Choosing what stands already records nothing, and the page says so."""
    at_light.act("answer", value="red")
    link, run = re.search(r'href="([^"]+/change/\d+)"', at_light.text)[1], at_light.path
    before = desk.see(run.rpartition("/")[2]).seq
    at_light.get(link).act("preview", f__check_lights="red")
    assert at_light.path == run
    assert "Nothing was changed" in at_light.text
    assert desk.see(run.rpartition("/")[2]).seq == before


def test_a_step_weighs_less_than_thirty_kilobytes(at_light, app):
    """A step with style and script stays light, for slow lines and full desktops."""
    page = len(at_light.reply.data)
    static = sum(len(at_light.get(f"/static/{name}").reply.data) for name in ("shepherd.css", "shepherd.js"))

    assert page + static < 30_000


def at_pin(tab):
    """At the field for the PIN."""
    begin(tab, "C-1001")
    return answer_until(tab, "four digits", {"Do you have your four-digit": "yes"})


def focused(tab):
    """The ids of what takes the focus."""
    return re.findall(r'<(?:input|textarea|select)[^>]* id="([^"]+)"[^>]* data-focus autofocus', tab.text)


def test_a_field_has_the_focus_and_no_digit_leads_away(tab):
    """Where one types, the field has the focus, after a refused value too; a PIN typed blind opens nothing."""
    at_pin(tab)
    for _ in range(2):
        assert focused(tab) == ["f-pin"]
        assert tab.text.count("data-focus") == 1
        assert not re.search(r'data-key="\d"', tab.text)
        tab.act("answer", f__pin="x")
    assert tab.status == 422
    assert 'data-says="There is a problem. ' in tab.text


def test_a_note_goes_along_with_the_answer(at_light):
    """What stands in the note box is recorded before the answer of the same form; sent twice it is noted once."""
    form = at_light.form("answer") | {"value": "red", "note": "Needs it by five"}
    at_light.post(at_light.path, form)
    at_light.post(at_light.path, form)

    assert "switch the router off" in at_light.text
    assert at_light.text.count('<span class="grow">Needs it by five</span>') == 1
    assert "Needs it by five</textarea>" not in at_light.text


def test_a_note_goes_along_with_back_and_pause(at_light):
    """Back and pause keep the note, too; and so does an answer that is refused."""
    at_light.act("answer", value="green")
    at_light.act("fields", f__down_mbps="fast", note="It blinks")
    assert at_light.status == 422
    assert '<span class="grow">It blinks</span>' in at_light.text
    at_light.act("back", note="Was red after all")
    at_light.act("pause", note="Fetches the box")
    for text in ("It blinks", "Was red after all", "Fetches the box"):
        assert f'<span class="grow">{text}</span>' in at_light.text


def test_the_note_box_belongs_to_the_form_of_the_step(at_light):
    """Without scripts, too, the note travels with whichever button is pressed."""
    assert re.search(r'<textarea id="note" name="note" form="step"', at_light.text)
    assert at_light.text.count('id="step"') == 1


def test_a_note_has_its_limit(at_light):
    """A note of more than 4000 characters is refused with the number, and stays in the box."""
    at_light.act("note", note="x" * 4001)

    assert at_light.status == 422
    assert "at most 4000 characters" in at_light.text
    assert f"{'x' * 4001}</textarea>" in at_light.text


def test_going_far_back_is_previewed(tab):
    """Back over what proved the caller shows first what falls away, and what must be proved again."""
    at_pin(tab)
    tab.act("answer", f__pin="4071")
    answer_until(tab, "What colour")
    run, stood = tab.path, tab.heading
    tab.act("back", note="They ask again")

    assert tab.heading == "Go back to this step?"
    assert "identity" in tab.text.partition("proved again")[2]
    assert "Please tell me" not in tab.text.partition("proved again")[0]  # what it costs is told first
    assert "Check pin" not in tab.text
    assert 'class="warn"' not in tab.text
    assert tab.form("back")["sure"] == "yes"
    tab.get(run)
    assert tab.heading == stood
    assert "They ask again" in tab.text
    tab.act("back")
    tab.post(run, tab.form("back"))
    assert "not established" in tab.text


def test_only_what_works_is_offered(at_light, open_tab):
    """Paused: go on, or a note. With a colleague: take over, or a note. At the first step there is no way back."""
    at_light.act("pause")
    assert "Ways out" not in at_light.text
    other = open_tab("timo").get(at_light.path)
    assert "Ways out" not in other.text
    assert other.form("take_over")
    fresh = begin(open_tab("ida"), "C-1002")
    assert 'data-key="b"' not in fresh.text
    assert "Ways out" in fresh.text


def test_words_that_are_answered_on_the_next_page_say_so(small):
    """Who hears a number at a step without a field is told that it comes next; other messages say nothing of it."""
    begin(small, "", "hear_first")
    assert "goes into a field on the next page" in small.text
    small.act("continue")
    small.act("answer", value="100201")
    assert small.heading.startswith("Thank you")
    assert "goes into a field" not in small.text
