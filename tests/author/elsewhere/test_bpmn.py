"""Processes in BPMN 2.0: what can be carried over, what is marked, and what XML may do to a reader."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from shepherd.author.elsewhere import Unreadable
from shepherd.flow.model import Wait
from tests.author.elsewhere.making import made, read
from tests.author.large import called
from tests.run.small import library

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"


def bpmn(inside: str, more: str = "") -> str:
    """A file with one process."""
    head = f'<b:definitions xmlns:b="{MODEL}" xmlns="{MODEL}" id="d" targetNamespace="x">'
    process = f'<process id="no_internet" name="No internet">\n{inside}\n</process>{more}'
    return f'<?xml version="1.0"?>\n{head}\n{process}\n</b:definitions>\n'


def flows(*pairs: str) -> str:
    """Sequence flows: ``a b``, or ``a b words``."""
    made_ = ""
    for number, pair in enumerate(pairs):
        source, target, *words = pair.split(" ", 2)
        name = f' name="{words[0]}"' if words else ""
        made_ += f'<sequenceFlow id="f{number}_{source}" sourceRef="{source}" targetRef="{target}"{name}/>\n'
    return made_


def timer(span: str) -> str:
    return f"<timerEventDefinition><timeDuration>{span}</timeDuration></timerEventDefinition>"


ENDS = '<endEvent id="e" name="Good"/><endEvent id="n" name="Bad"/>'
PROCESS = bpmn(
    """
<laneSet id="l"><lane id="l1" name="Agent"/></laneSet>
<startEvent id="s" name="Customer calls"/>
<callActivity id="Activity_0abc123" name="Identify the customer" calledElement="prove"/>
<exclusiveGateway id="join"/>
<userTask id="Activity_2" name="Check the router's light"><documentation>It is on the front.</documentation></userTask>
<boundaryEvent id="b1" attachedToRef="Activity_2">{ten}</boundaryEvent>
<exclusiveGateway id="colour" name="Which colour?" default="f6_colour"/>
<subProcess id="sub" name="Restart">
<startEvent id="ss"/><task id="st" name="Switch it off"/>
<intermediateCatchEvent id="sw">{two}</intermediateCatchEvent>
<endEvent id="se"/>
""".format(ten=timer("PT10M"), two=timer("PT2M"))
    + flows("ss st", "st sw", "sw se")
    + """</subProcess>
<boundaryEvent id="b2" attachedToRef="sub" name="Caller hangs up"><messageEventDefinition/></boundaryEvent>
<parallelGateway id="fork"/><serviceTask id="t8" name="Book a visit"/><userTask id="t9" name="Tell the customer"/>
<parallelGateway id="meet"/><endEvent id="e1" name="Visit booked"/><endEvent id="e2" name="Call lost"/>
"""
    + flows("s Activity_0abc123", "Activity_0abc123 join", "join Activity_2", "b1 e2", "Activity_2 colour")
    + flows("colour sub Green").replace("f0_", "f5_")
    + '<sequenceFlow id="f6_colour" sourceRef="colour" targetRef="fork"/>'
    + flows("b2 e2", "sub join", "fork t8", "fork t9", "t8 meet", "t9 meet", "meet e1").replace('id="f', 'id="g')
)


def test_a_process_becomes_a_flow(tmp_path: Path) -> None:
    """
    Tasks, gateways that ask and that only join, timers on a step and between steps, a sub-process laid open, ends.
    """
    found = made(tmp_path, read("bpmn", PROCESS))
    assert found.flow is not None
    assert found.flow.title == "No internet"
    assert found.ways() == sorted(
        [
            ("identify_customer", "check_routers_light"),
            ("check_routers_light", "which_colour"),
            ("check_routers_light", "call_lost"),
            ("which_colour", "switch_it_off"),
            ("which_colour", "choose"),
            ("switch_it_off", "wait"),
            ("switch_it_off", "call_lost"),
            ("wait", "check_routers_light"),
            ("choose", "book_visit"),
            ("choose", "tell_customer"),
            ("book_visit", "visit_booked"),
            ("tell_customer", "visit_booked"),
        ]
    )
    assert found.flow.steps["check_routers_light"].no_answer == 600
    waits = found.flow.steps["wait"].action
    assert isinstance(waits, Wait)
    assert waits.duration is not None
    assert waits.duration.seconds == 120
    assert found.labels("which_colour") == {"Green": "switch_it_off", "Otherwise": "choose"}
    why = found.flow.steps["check_routers_light"].words.why
    assert why is not None
    assert why.source == "It is on the front."
    for marked in (
        'lanes were not read: "Agent"',
        "all of these ways are taken at the same time",
        "a system does this in the file",
        '"Caller hangs up" may happen anywhere in the sub-process "Restart"',
        'it calls "prove", which is no flow of this library',
    ):
        assert marked in found.text
    assert found.codes == {"SHP209"}


def test_a_flow_that_is_there_is_called(tmp_path: Path) -> None:
    """With the results that the file routes; one way for all is marked, and one too few leaves it a question."""
    known = library(called()).flows
    routed = f'<callActivity id="c" name="Identify" calledElement="prove"/><exclusiveGateway id="g"/>{ENDS}'
    whole = read("bpmn", bpmn(routed + flows("c g", "g e Verified", "g n Failed", "g n Locked")))
    (tmp_path / "whole").mkdir()
    text = made(tmp_path / "whole", whole, flows=known).text
    assert "call: prove\n    results: {verified: good, failed: bad, locked: bad}" in text
    text = made(tmp_path, read("bpmn", bpmn(routed + flows("c g", "g e Verified", "g n Failed"))), flows=known).text
    assert 'it calls "prove", which ends as verified, failed, locked' in text
    text = made(tmp_path / "whole", read("bpmn", bpmn(routed + flows("c e", "g n", "g e"))), flows=known).text
    assert "every result of prove leads the same way" in text


def test_conditions_are_shown_and_not_believed(tmp_path: Path) -> None:
    """A rule in a language of the file's own becomes a question, with the rule in the mark."""
    inside = f'<task id="a" name="Check"/><exclusiveGateway id="g" name="Enough?"/>{ENDS}'
    rule = "<conditionExpression>${credit &gt; 5}</conditionExpression>"
    rule = f'<sequenceFlow id="x" sourceRef="g" targetRef="e">{rule}</sequenceFlow>'
    found = made(tmp_path, read("bpmn", bpmn(inside + rule + flows("a g", "g n no"))))
    assert "conditions of its own (: ${credit > 5})" in found.text
    assert found.labels("enough") == {"${credit > 5}": "good", "no": "bad"}


def test_one_of_several_processes_is_chosen() -> None:
    """By its id or its name; without, they are named."""
    more = '<process id="other" name="Other"><task id="t"/></process>'
    text = bpmn('<task id="a" name="Check"/>', more)
    with pytest.raises(Unreadable, match="There are 2 processes") as refused:
        read("bpmn", text)
    assert "no_internet (No internet), other (Other)" in refused.value.mistakes[0].mend
    assert list(read("bpmn", text, "Other").stations) == ["t"]
    with pytest.raises(Unreadable, match='no process "third"'):
        read("bpmn", text, "third")


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY a{n} "{"&a;" if n == 0 else f"&a{n - 1};" * 10}">' for n in range(9)
)
WRONG = {
    "entities without end": (f'<?xml version="1.0"?>\n{ENTITIES}]>\n<x>&a8;</x>', 2, "document type"),
    "a file of this machine": ('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>', 1, "document type"),
    "a file from elsewhere": ('<!DOCTYPE x SYSTEM "http://example.org/x.dtd"><x/>', 1, "document type"),
    "deep": ("<a>\n" * 50_000, 101, "deeper than 100"),
    "many": (f"<a>{'<b/>' * 50_001}</a>", 1, "more than 50000 elements"),
    "huge": ("<a>" + "x" * 5_000_000, 0, "megabytes"),
    "cut": (PROCESS[: PROCESS.index("Which colour")], 11, "no well-formed XML"),
    "no xml": ("id,text,answer,target", 1, "no well-formed XML"),
    "nul": (PROCESS.replace("Agent", "A\0"), 5, "no well-formed XML"),
    "unknown coding": ('<?xml version="1.0" encoding="klingon"?><a/>', 1, "no well-formed XML"),
    "wrong coding": (PROCESS.replace("Agent", "Schön").encode("latin-1"), 5, "no well-formed XML"),
    "empty": ("", 0, "empty"),
    "no bpmn": ("<svg/>", 1, "no BPMN 2.0"),
    "old bpmn": ('<definitions xmlns="http://schema.omg.org/spec/BPMN/1.0"/>', 1, "no BPMN 2.0"),
    "no process": (bpmn(""), 0, "no process with steps"),
    "id twice": (bpmn('<task id="a"/>\n<task id="a"/>'), 5, "stands in line 4 already"),
    "no id": (bpmn("<task/>"), 4, "no id"),
    "flow from nowhere": (bpmn('<task id="a"/>\n' + flows("b a")), 5, 'begins at "b"'),
    "flow to nothing": (bpmn('<task id="a"/>\n<sequenceFlow id="f" sourceRef="a"/>'), 5, "leads nowhere"),
    "event on nothing": (bpmn('<task id="a"/>\n<boundaryEvent id="b" attachedToRef="c"/>'), 5, "not there"),
    "round gateways": (
        bpmn('<task id="a"/><exclusiveGateway id="g"/><exclusiveGateway id="h"/>\n' + flows("a g", "g h", "h g")),
        5,
        "comes to no step",
    ),
    "no end": (bpmn('<task id="a"/><task id="b"/>' + flows("a b", "b a")), 0, "Nothing ends"),
}


@pytest.mark.parametrize("name", WRONG)
def test_hostile_xml_is_refused_with_its_line(tmp_path: Path, name: str) -> None:
    """Bombs, entities, depth, size, codings, ids that clash: a sentence with the line, no flow, and little memory."""
    text, line, says = WRONG[name]
    if name != "many":  # which is slow to watch
        tracemalloc.start()
    with pytest.raises(Unreadable) as refused:
        made(tmp_path, read("bpmn", text))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    first = refused.value.mistakes[0]
    assert (first.line, says in first.says, bool(first.mend)) == (line, True, True), first
    assert peak < 100_000_000


def test_a_target_that_is_not_there_is_marked(tmp_path: Path) -> None:
    """The flow ends there, as missing."""
    found = made(tmp_path, read("bpmn", bpmn('<task id="a" name="Check"/>\n' + flows("a gone"))))
    assert 'line 5 leads to "gone", which is not in the file' in found.text
    assert found.codes == set()


def test_sub_processes_nest(tmp_path: Path) -> None:
    """One within another, whose end leads on behind the outer one."""
    inner = (
        '<subProcess id="in"><task id="deep" name="Look inside"/><endEvent id="ie"/>'
        + flows("deep ie")
        + "</subProcess>"
    )
    outer = f'<subProcess id="out">{inner}</subProcess><task id="t" name="Go on"/><startEvent id="s"/>'
    found = made(tmp_path, read("bpmn", bpmn(outer + flows("s out", "out t"))))
    assert found.ways() == [("look_inside", "go_on")]
