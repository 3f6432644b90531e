"""Trees from elsewhere: tables, charts and processes, read into flows."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from shepherd.author.draw import draw
from shepherd.author.elsewhere import READERS, Head, Unreadable, compose
from shepherd.check import examine
from shepherd.flow.draft import read_draft
from tests.author.large import called, large
from tests.fuzz.files import folder
from tests.fuzz.parser import Broken, Parser, shown
from tests.run.small import library

#: What a drawing may have by itself: no way out of a loop.
OWN = frozenset({"SHP203"})
TABLE = b'id;text;answer;target\n1;Is it on?;Yes;2\n1;;"No; not yet";3\n2;Thank you.;;\n3;Switch it on;;1\n'
CHART = b"""graph TD
A[Hello] --> B{Is it <b>on</b>?}
B -->|Yes| C([Done]) & D
B -. "no #quot;way#quot;" .-> A
D@{ shape: rect, label: "Wait" } ==> C
subgraph one
end
"""
PROCESS = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p"><startEvent id="s"/>
<userTask id="a" name="On?"/><exclusiveGateway id="g"/><subProcess id="u"><task id="t" name="Wait"/></subProcess>
<boundaryEvent id="b" attachedToRef="a"><timerEventDefinition><timeDuration>PT5M</timeDuration></timerEventDefinition>
</boundaryEvent><endEvent id="e" name="Done"/><sequenceFlow id="1" sourceRef="s" targetRef="a"/>
<sequenceFlow id="2" sourceRef="a" targetRef="g"/><sequenceFlow id="3" sourceRef="g" targetRef="e" name="yes"/>
<sequenceFlow id="4" sourceRef="g" targetRef="u" name="no"/><sequenceFlow id="5" sourceRef="u" targetRef="a"/>
<sequenceFlow id="6" sourceRef="b" targetRef="e"/></process></definitions>"""


def reading(form: str) -> Callable[[bytes], str]:
    """What comes of a file in *form*: a flow that is built, with no error but loops without an end, or a refusal."""

    def read(data: bytes) -> str:
        try:
            sketch = READERS[form](data, "")
            head = Head("made", sketch.title or "Made", "troubleshooting", False, "a file", "")
            text = compose(sketch, head, {}).text
        except Unreadable as refused:
            if not refused.mistakes or not all(m.says and m.mend and m.line >= 0 for m in refused.mistakes):
                raise Broken(f"a refusal that does not say what mends it: {refused.mistakes}") from None
            return repr(refused.mistakes)
        shown(text, "a flow from elsewhere")
        with folder() as place:
            (place / "made.yaml").write_text(text, encoding="utf-8")
            draft = read_draft(place)
            wrong = [f for f in examine(draft) if f.severity == "error" and f.code not in OWN]
        if wrong or "made" not in draft.flows:
            raise Broken(f"a flow that is wrong: {[(f.code, f.message) for f in wrong[:3]]}")
        return text

    read.__doc__ = f"A file in {form}: it makes a flow without an error, or is refused with what mends it."
    return read


def drawn(form: str, own: bytes) -> Callable[[], Sequence[bytes]]:
    """A file by hand, and two that Shepherd draws."""

    def seeds() -> list[bytes]:
        flows = library(large(12), called()).flows
        made = [] if form == "csv" else [draw(flows, name, form).encode() for name in flows]
        return [own, *made]

    return seeds


def make_table(rng: random.Random) -> bytes:
    cells = ("1", "2", "3", "a", "", "Yes", "No", "Is it on?", '"a;b"', "1")
    rows = [";".join(rng.choice(cells) for _ in range(4)) for _ in range(rng.randint(1, 6))]
    return "\n".join(["id;text;answer;target", *rows]).encode()


def make_chart(rng: random.Random) -> bytes:
    shapes = ("", "[{}]", "({})", "{{{}}}", "([{}])", '["{}"]', "[[{}]]")
    links = ("-->", "---", "-.->", "==>", "-- {} -->", "-->|{}|", "<-->", "~~~")

    def node() -> str:
        return rng.choice("ABCD") + rng.choice(shapes).format(rng.choice(("Yes", "a b", "#35;", "x<br/>y")))

    lines = [f"{node()} {rng.choice(links).format('go on')} {node()}" for _ in range(rng.randint(1, 6))]
    return "\n".join(["flowchart LR", *lines]).encode()


WORDS = (
    "<br/>",
    "#quot;",
    "{{",
    "}}",
    "-->",
    '"',
    "\ufeff",
    "sep=,",
    "&#x202e;",
    "<!DOCTYPE x>",
    "]]>",
    "PT1M",
    "# to-do: ",
)
PARSERS = tuple(
    Parser(
        name=name,
        read=reading(form),
        seeds=drawn(form, own),
        make=make,
        words=WORDS,
        modules=("author/elsewhere/*.py",),
    )
    for name, form, own, make in (
        ("outline", "csv", TABLE, make_table),
        ("chart", "mermaid", CHART, make_chart),
        ("process", "bpmn", PROCESS, None),
    )
)
