"""How flows speak: each rule has words that it is about, and words near to them that it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from shepherd.check import examine
from shepherd.check.plain_english import HARDER, LEAST_SHARE, TELLING, is_english
from shepherd.check.said import said
from shepherd.check.wording import LONGEST_SENTENCE, MOST_WORDS, wording
from shepherd.flow.draft import read_draft
from tests.check.written import END, library, told

#: Makes a flow English enough to be judged by English words, and breaks no rule itself.
ENGLISH = "  open:\n    guide: This is what you do with the one who calls, and how. Do not leave the line.\n"
FLOWS = Path(__file__).resolve().parents[2] / "flows"


def found(folder: Path, step: str) -> list[tuple[str, str]]:
    return told(wording, library(folder, f"steps:\n{ENGLISH}{step}{END}"))


def asked(question: str, labels: str = "yes: {label: They are, then: hello}, no: {label: Not now, then: hello}") -> str:
    return f"  q:\n    ask: {question}\n    answers: {{{labels}}}\n"


@pytest.mark.parametrize(
    ("question", "points"),
    [
        ("Are you at home, and can we call you?", ["and can we"]),
        ("Is it dark and is it cold to the touch?", ["and is it"]),
        ("What is broken, and where do you live?", ["and where do"]),
        ("When did it begin? Is it still so?", ["?"]),
        ("Thank you. Is the plug in its socket, and is it warm?", ["and is it"]),
        ("Are you at home and awake?", []),
        ("Is the plug in its socket, at both ends?", []),
        ("Did you switch it off and on again?", []),
        ("We look at it, and you hear from us. Is this all right?", []),
        ("I will call the shop and ask what is there. Shall I do it now?", []),
        ("Is it slow, or is it gone altogether?", []),
        ("Do you know what is wrong and how to mend it?", []),
    ],
)
def test_two_questions_are_one_too_many(question: str, points: list[str], tmp_path: Path):
    """
    A second mark, or a second question that hangs on the first by "and"; not two words of one question, nor "or".
    """
    assert found(tmp_path, asked(question)) == [("SHP902", text) for text in points]


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (" ".join(["word"] * MOST_WORDS), ["SHP901"]),
        ("So it is. " * (MOST_WORDS // 3), []),
        ("So it is. " * (MOST_WORDS // 3 + 1), ["SHP901"]),
        (" ".join(["word"] * LONGEST_SENTENCE) + ". So.", []),
        ("So. " + " ".join(["word"] * (LONGEST_SENTENCE + 1)) + ".", ["SHP901"]),
        ("{{ now | date }} {{ today + days(1) | date }} " + "word " * (LONGEST_SENTENCE - 2), []),
    ],
)
def test_what_is_said_can_be_followed_by_ear(words: str, codes: list[str], tmp_path: Path):
    """
    So many words in one go, so many in one sentence; a value counts as one, and sentences end at their marks.
    """
    assert [code for code, _ in found(tmp_path, f"  q:\n    say: |\n      {words}\n")] == codes


def test_points_of_a_list_are_sentences(tmp_path: Path):
    """
    Each point is said by itself; and what only the agent reads may be longer.
    """
    points = "".join(f"      - {'word ' * 12}\n" for _ in range(4))

    assert found(tmp_path, f"  q:\n    say: |\n{points}") == []
    assert found(tmp_path, f"  q:\n    guide: {'word ' * 100}\n") == []


@pytest.mark.parametrize(
    ("step", "points"),
    [
        (asked("What is it?", "a: {label: Option 1, then: hello}, b: {label: Something else, then: hello}"), ["a"]),
        (asked("What is it?", "a: {label: Click here, then: hello}, b: {label: Other, then: hello}"), ["a"]),
        (asked("What is it?", "yes: hello, b: {label: A bill, then: hello}"), ["yes"]),
        (asked("What about Monday?", "yes: hello, no: hello"), []),
        (asked("How about a call back?", "yes: hello, no: hello"), []),
        (asked("What a pity. Shall I go on?", "yes: hello, no: hello"), []),
        (asked("How many lights are on?", "one: {label: 1, then: hello}, two: {label: 2, then: hello}"), []),
        ("  q:\n    collect:\n      a: {label: Value, type: text}\n      b: {label: Name, type: text}\n", ["a"]),
    ],
)
def test_a_label_says_what_it_stands_for(step: str, points: list[str], tmp_path: Path):
    """
    By itself, and as an answer to its question.
    """
    assert found(tmp_path, step) == [("SHP903", text) for text in points]


FORM = "  q:\n    collect:\n      w: {label: Which, type: yes_no}\n      x: {label: Name, type: text}\n"


@pytest.mark.parametrize(
    ("step", "point"),
    [
        (asked("Which?", "a: {label: The bill, then: hello}, b: {label: the  bill, then: hello}"), "f.yaml:10"),
        (FORM + "      y: {label: Surname, type: text}\n", ""),
        (FORM + "      y: {label: name, type: text}\n", "f.yaml:12"),
        (FORM + "      name: text\n", "f.yaml:12"),
        (FORM + "      y: {label: Name, type: text, show_if: q.w}\n", ""),
        ("  q:\n    ask: Where?\n    options: lists.places\n", "places.yaml:2"),
    ],
)
def test_labels_that_stand_beside_each_other_differ(step: str, point: str, tmp_path: Path):
    """
    Those of answers, of options, and of the fields of a form; those of a list are told once, where they stand. Fields
    that are only shown at times may take each other's place.
    """
    lists = {"places": "list: places\noptions: {a: Here, b: here}\n"} if "places" in step else {}
    draft = library(tmp_path, f"steps:\n{step}{END}", **lists)

    assert [f"{f.file}:{f.place.line}" for f in examine(draft) if f.code == "SHP216"] == [point] * bool(point)


@pytest.mark.parametrize(
    ("words", "point"),
    [
        ("It comes on [day].", "[day]"),
        ("It comes on {day}.", "{day}"),
        ("It costs { delivery.fee }.", "{ delivery.fee }"),
        ("It comes on ${day}.", "${day}"),
        ("It comes on <the day>.", "<the day>"),
        ("It comes on %(day)s.", "%(day)s"),
        ("Lorem ipsum dolor.", "Lorem ipsum"),
        ("It comes TBD.", "TBD"),
        ("It comes on ____.", "____"),
        ("It comes ???", "???"),
        ("It comes on {{ today | date }}.", ""),
        ("It is < 20 and > 5, or 100 %.", ""),
        ("Is it so? Really?!", ""),
        ("Ask [them] twice (or not).", "[them]"),
        ("Send it to a_b_c at once.", ""),
    ],
)
def test_words_are_written_out(words: str, point: str, tmp_path: Path):
    """
    Nothing stands where a value or a word should; a true value, a sign of comparison and a single mark are words.
    """
    assert found(tmp_path, f"  q:\n    say: |\n      {words}\n") == ([("SHP904", point)] if point else [])


@pytest.mark.parametrize(
    ("words", "point"),
    [
        ("It ends on { today | date }.", "{ today | date }"),
        ("It ends on {today + days(3)}.", "{today + days(3)}"),
        ("It is { customer.tier | join }, on {{ today }}.", "{ customer.tier | join }"),
        ("It is { customer.rank | join }.", ""),
        ("It is { tomorrow | date }.", ""),
        ("It is { yes or no }, { 1 or 2 }, {'a': today} or { today, today }.", ""),
        ("It is {{ today | date }}.", ""),
    ],
)
def test_a_value_stands_in_two_braces(words: str, point: str, tmp_path: Path):
    """
    What reads names of the flow between single braces is a value; anything else in braces is words.
    """
    draft = library(tmp_path, f"steps:\n{ENGLISH}  q:\n    say: |\n      {words}\n{END}")

    inside = point[1:-1].strip()

    assert told(wording, draft) == ([("SHP904", point)] if point else [])
    assert all(f.hint == f"A value stands in two braces: {{{{ {inside} }}}}." for f in wording(draft))


def test_a_translated_value_stands_in_two_braces_too(tmp_path: Path):
    """
    A translation reads the names of its flow.
    """
    said = "of: '00000000'\n    say: Am { x | date } und { today | date }.\n"
    german = f"translation: f\nlanguage: de\nsteps:\n  hello:\n    {said}"
    draft = library(tmp_path, f"steps:\n{END}", **{"f.de": german})

    assert told(wording, draft) == [("SHP904", "{ today | date }")]


def test_brackets_are_for_the_agents_eyes(tmp_path: Path):
    """
    What is to be done while speaking may stand in a guide.
    """
    assert found(tmp_path, "  q:\n    guide: Wait [pause], then go on.\n") == []


def test_each_harder_word_has_an_easier_one(tmp_path: Path):
    """
    It is shown at its place with what says the same; within another word it is none, and an agent's guide may have it.
    """
    words = "Prior to this we commence, and commencement is no word of ours."
    first, second = wording(library(tmp_path, f"steps:\n{ENGLISH}  q:\n    say: {words}\n{END}"))

    assert (first.hint, second.hint) == ("Say: before.", "Say: start.")
    assert found(tmp_path, "  q:\n    guide: Prior to this, wait.\n") == []
    assert all(word == word.lower() and easy and word not in easy for word, easy in HARDER.items())


@pytest.mark.parametrize(
    ("field", "codes"),
    [
        ("type: text\n    pattern: 'A[0-9]+'", ["SHP906"]),
        ("type: text\n    pattern: 'A[0-9]+'\n    help: An A and digits, such as A12.", []),
        ('type: text\n    check: [{must: q != "", message: Invalid input.}]', ["SHP906"]),
        ('type: text\n    check: [{must: q != "", message: That is not valid. Please try again}]', ["SHP906"]),
        ('type: text\n    check: [{must: q != "", message: This number is not valid for a SIM.}]', []),
    ],
)
def test_who_is_refused_learns_what_would_be_taken(field: str, codes: list[str], tmp_path: Path):
    """
    By the help of a field with a form, and by the message of a check.
    """
    assert [code for code, _ in found(tmp_path, f"  q:\n    ask: What is its number?\n    {field}\n")] == codes


LIGHT = "What colour is the light?"


@pytest.mark.parametrize(
    ("step", "codes"),
    [
        ("  q:\n    say: Press the red button.\n", ["SHP907"]),
        ("  q:\n    guide: Fill in what is marked in red.\n", ["SHP907"]),
        ("  q:\n    say: Press the red button called Stop with your blue pen.\n", ["SHP907"]),
        ("  q:\n    say: Take the red cable to the white house.\n", []),
        (asked(LIGHT, "a: {label: Red, then: hello}, b: {label: Flashing green, then: hello}"), ["SHP907"]),
        (asked(LIGHT, "a: {label: Red, then: hello}, b: {label: No light, then: hello}"), []),
        (
            asked(
                LIGHT,
                "a: {label: Red, then: hello}, b: {label: Green, then: hello}, c: {label: Not sure, then: hello}",
            ),
            [],
        ),
        (asked("Which phone would you like?", "a: {label: Black, then: hello}, b: {label: White, then: hello}"), []),
    ],
)
def test_colour_is_not_the_only_sign(step: str, codes: list[str], tmp_path: Path):
    """
    A part of a page is named by more than its colour, and who can't tell the colour of a light has an answer. The
    colour of a thing is a colour.
    """
    assert [code for code, _ in found(tmp_path, step)] == codes


def test_a_condition_can_be_read_aloud(tmp_path: Path):
    """
    Wherever it stands; blanks and line breaks do not make it longer, and a calculation is no condition.
    """
    long = " or ".join(f'q == "value number {n}"' for n in range(5))
    short = " or ".join(f'q == "value number {n}"' for n in range(4))
    body = f"values:\n  a:\n    - when: {long}\n      is: 1\n    - otherwise: 2\n  b: {' + '.join(['1'] * 60)}\n"
    body += f"steps:\n{ENGLISH}  q:\n    ask: What is it?\n    type: text\n    check:\n      - must: >-\n          "
    body += f"{long}\n        message: It is one of those.\n  d:\n    decide:\n      - when: >-\n          {short}\n"
    body += f"        then: hello\n      - otherwise: finish\n{END}"

    assert [f.code for f in wording(library(tmp_path, body))] == ["SHP908", "SHP908"]


# --- which language ------------------------------------------------------------------------------------------------

#: Ordinary sentences of a desk, in languages that share words with English.
OTHERS = {
    "de": "Guten Tag, hier ist der Kundendienst. Was kann ich für Sie tun? Hat der Router noch Strom? So ist es gut, "
    "bitte warten Sie. Wo war der Stecker?",
    "nl": "Goedemorgen, dit is de klantenservice. Waar kan ik u mee helpen? Is er een storing of is het internet "
    "traag? We bellen u in de middag. Wat is uw adres? Dan kijk ik even.",
    "da": "Godmorgen, hvad kan jeg hjælpe med? Har du en router for internet, og er der lys i den? Vent lidt, så ser "
    "vi. I dag kan vi ikke, men i morgen. For at komme videre skal du have dit nummer.",
    "sv": "God morgon, vad kan jag hjälpa till med? Har du en router, och lyser den? Vänta lite, så ser vi. Kan du ta "
    "ur den och sätta i den igen? Men den var ju i.",
    "fr": "Bonjour, service clients. Que puis-je faire pour vous? On a coupé la ligne dans votre rue. Or, des sons "
    "étranges? Attendez un instant, je regarde. Comment dire?",
    "es": "Buenos días, ¿en qué puedo ayudarle? ¿Hay luz en el router? No la ha visto. He de mirar su ficha, espere.",
    "it": "Buongiorno, come posso aiutarla? Il router ha una luce? Attenda un momento, per favore. Ora la richiamo.",
    "pl": "Dzień dobry, w czym mogę pomóc? Czy router ma prąd? To my do pana oddzwonimy. Proszę poczekać.",
    "fi": "Hyvää huomenta, miten voin auttaa? Palaako reitittimen valo? Odottakaa hetki, katson sitä.",
    "ja": "おはようございます。ご用件は何でしょうか。",
}


@pytest.mark.parametrize("language", OTHERS)
def test_other_languages_are_not_taken_for_english(language: str):
    """
    Words that two languages share do not make one the other: the telling words stay far below their share.
    """
    words = OTHERS[language].lower().replace("?", " ").replace(".", " ").replace(",", " ").split()

    assert not is_english([OTHERS[language]])
    assert sum(word in TELLING for word in words) <= LEAST_SHARE / 2 * len(words)


def test_the_shipped_flows_are_english_and_their_translations_are_not():
    """
    Every shipped flow has the telling words at more than the share that is asked for, no translation at half of it.
    """
    flows = {
        f.id: [one.words for one in said(f)] for d in (FLOWS, FLOWS / "examples") for f in read_draft(d).flows.values()
    }
    translated = [yaml.safe_load(path.read_text("utf-8")) for path in sorted(FLOWS.glob("*.??.yaml"))]

    assert [name for name, words in flows.items() if not is_english(words)] == []
    assert len(flows) >= 19
    assert len(translated) >= 4
    assert [t["translation"] for t in translated if is_english(words_in(t["steps"]))] == []


def words_in(value: object) -> list[str]:
    """Every text in a document."""
    if isinstance(value, dict):
        return [text for key, below in value.items() if key != "of" for text in words_in(below)]
    return [text for below in value for text in words_in(below)] if isinstance(value, list) else [str(value)]


def test_a_flow_in_another_language_is_judged_by_no_english_word(tmp_path: Path):
    """
    Its lengths, marks and placeholders are; words that mean something else there are not.
    """
    step = "  q:\n    ask: Hat der Initiate die rote Taste? Und was ist mit [Tag]?\n    answers:\n"
    step += "      a: {label: Option 1, then: hello}\n      b: {label: Nein, then: hello}\n"
    step += '  r:\n    ask: "Was heißt: Is it on, and is it slow?"\n    type: text\n'
    draft = library(tmp_path, f"steps:\n{step}  hello:\n    say: Guten Tag.\n  finish: {{end: done}}\n")

    assert sorted(code for code, _ in told(wording, draft)) == ["SHP902", "SHP904"]


def test_a_translation_is_judged_like_a_flow_of_its_language(tmp_path: Path):
    """
    At its own words, wherever they stand: length, questions and what was left out in each; English words in English.
    """
    words = 'title: Schritt\nsteps:\n  q:\n    of: "0a0a0a0a"\n    ask: Wirklich? Und [Tag]?\n'
    words += "    answers: {a: TBD, b: Option 1}\n    check: [Invalid.]\n"
    words += '  form:\n    of: "0a0a0a0a"\n    collect:\n      x:\n        label: ____\n'
    words += '        help: "Prior to {{ now }}."\ntexts:\n  t:\n    of: "0a0a0a0a"\n    is: Say {day}.\n'
    steps = "  q:\n    ask: Which?\n    answers: {a: hello, b: hello}\n"
    library(tmp_path, f"steps:\n{steps}{END}")
    found = {}
    for language in ("de", "en-GB"):
        file = tmp_path / f"f.{language}.yaml"
        file.write_text(f"translation: f\nlanguage: {language}\n{words}", encoding="utf-8")
        draft = read_draft(tmp_path)
        assert [f for f in draft.findings if f.file == file.name] == []
        found[language] = sorted(f.code for f in wording(draft) if f.file == file.name)
        file.unlink()

    assert found["de"] == ["SHP902", "SHP904", "SHP904", "SHP904", "SHP904"]
    assert found["en-GB"] == sorted([*found["de"], "SHP903", "SHP905", "SHP906"])
