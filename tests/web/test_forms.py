"""What a form brought, as an input of the run."""

import pytest
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from shepherd.run.api import (
    Abandon,
    Answer,
    Change,
    Continue,
    Fields,
    GoBack,
    HandOver,
    Note,
    Pause,
    Refused,
    Resume,
    TakeOver,
)
from shepherd.web.forms import number, read


@pytest.mark.parametrize(
    ("form", "given"),
    [
        ({"act": "continue"}, Continue()),
        ({"act": "answer", "value": "red"}, Answer("red")),
        ({"act": "answer", "f.pin": "1234"}, Answer("1234")),
        ({"act": "answer"}, Answer("")),
        ({"act": "fields", "f.a": "1", "f.b": "", "seq": "4"}, Fields({"a": "1", "b": ""})),
        ({"act": "back", "to": "4"}, GoBack(4)),
        ({"act": "change", "visit": "4", "is_ask": "yes", "f.light": "red"}, Change(4, "red")),
        ({"act": "change", "visit": "4", "is_ask": "no", "f.a": "1"}, Change(4, {"a": "1"})),
        ({"act": "note", "text": " x "}, Note("x")),
        ({"act": "none", "to": "", "reason": "odd"}, Note("None of the answers fitted. odd")),
        ({"act": "none", "to": "q"}, HandOver("q", "None of the answers fitted.")),
        ({"act": "pause"}, Pause("")),
        ({"act": "resume"}, Resume()),
        ({"act": "take_over"}, TakeOver()),
        ({"act": "hand_over", "to": "q", "reason": "r"}, HandOver("q", "r")),
        ({"act": "gone", "reason": "hung_up"}, Abandon("hung_up")),
    ],
)
def test_each_act_is_an_input(form, given):
    """Every form of the run page stands for one input of the engine."""
    assert read(MultiDict(form)) == given


@pytest.mark.parametrize("form", [{"act": "note", "text": "  "}, {"act": "back", "to": ""}])
def test_an_empty_act_is_refused_in_words(form):
    """An empty note, or nowhere to go back to, is said to the agent: nothing is silently ignored."""
    with pytest.raises(Refused):
        read(MultiDict(form))


@pytest.mark.parametrize("text", ["", "-1", "1.5", "x", "٣", "9999999999", " 1"])
def test_numbers_are_those_we_wrote(text):
    """A number of the form is plain digits, as our page wrote it; anything else is nobody's form."""
    with pytest.raises(BadRequest):
        number(MultiDict({"seq": text}), "seq")
