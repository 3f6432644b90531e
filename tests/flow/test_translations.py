"""Flows said in another language: the same graph, other words, and nothing that their own words could not say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shepherd.audit.path import path_rows
from shepherd.author.translate import to_translate
from shepherd.check import examine
from shepherd.check.library import Library
from shepherd.cli.app import run
from shepherd.flow.draft import read_draft
from shepherd.flow.languages import NAMES, falls_back, language_in_english, language_name
from shepherd.flow.translations import Covered, faithful, left_out, said_in_another
from shepherd.run import replay
from shepherd.run.api import Answer, Continue
from tests.run.small import Walk

FLOW = """flow: hello
title: Hello
category: intake
version: 1
outcomes:
  done: {resolves: true}
texts:
  recap: You said {{ light }}.
steps:
  greet:
    say: Hello {{ customer.first_name }}.
    why: Be kind.
  light:
    ask: Which cable is in?
    answers: {red: data, green: data}
  data:
    collect:
      speed: {label: Speed, type: integer}
      kind: {label: Kind, options: [slow, fast]}
    check:
      - {must: data.speed < 1000, message: "That is too fast."}
  tell:
    say: "{{ texts.recap }}"
  finish: {end: done}
"""
DESK = "desk: small\nfacts:\n  customer:\n    first_name: {type: text, personal: true}\n"
GERMAN = {
    "Hello {{ customer.first_name }}.": "Guten Tag {{ customer.first_name }}.",
    "Which cable is in?": "Welches Kabel steckt?",
    "You said {{ light }}.": "Sie sagten {{ light }}.",
    "label: Speed": "label: Tempo",
    "That is too fast.": "Das ist zu schnell.",
    "title: Hello": "title: Hallo",
    "red: Red": "red: Rot",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A library of one flow, and a desk."""
    (tmp_path / "hello.yaml").write_text(FLOW, "utf-8")
    (tmp_path / "desk.yaml").write_text(DESK, "utf-8")
    return tmp_path


def translated(folder: Path) -> Path:
    """The same, with German words made as a translator would."""
    file = folder / "hello.de.yaml"
    text = to_translate(read_draft(folder), "hello", "de")
    for own, german in GERMAN.items():
        assert own in text
        text = text.replace(own, german)
    file.write_text(text, "utf-8")
    file.write_text(to_translate(read_draft(folder), "hello", "de", accept=True), "utf-8")
    return folder


def begun(library: Library, language: str) -> Walk:
    """A run of the flow for a contact who speaks *language*."""
    return Walk(library, "hello", facts={"customer": {"first_name": "Ada"}, "contact": {"language": language}})


def test_a_file_to_translate_holds_every_word_and_is_reported_until_it_is_done(folder: Path) -> None:
    """
    What is written down for the translator carries a mark that no words have; accepted, nothing is left to say.
    """
    (folder / "hello.de.yaml").write_text(to_translate(read_draft(folder), "hello", "de"), "utf-8")

    assert {f.code for f in examine(read_draft(folder))} == {"SHP812"}
    assert examine(read_draft(translated(folder))) == []


def test_words_that_are_still_the_flows_own_are_not_accepted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    They keep the mark of what is not translated, are named, and are accepted only where their mark is written by hand;
    what only reads a name is the same in every language. So a step of fields alone, whose labels nobody has touched.
    """
    command = ["translate", "hello", "de", "--library", str(folder)]
    assert run(command) == 0
    file = folder / "hello.de.yaml"
    file.write_text(file.read_text("utf-8").replace("Hello {{", "Guten Tag {{"), "utf-8")
    capsys.readouterr()

    assert run([*command, "--accept"]) == 1
    assert capsys.readouterr().err == "Not accepted, for their words are still the flow's own: light, data, recap.\n"

    left = examine(read_draft(folder))

    assert {(f.code, f.step) for f in left} == {("SHP812", "light"), ("SHP812", "data"), ("SHP812", "recap")}
    assert all("not translated yet" in f.message for f in left)

    marks = [f.hint.rpartition("of: ")[2].rstrip(".") for f in left]
    text = file.read_text("utf-8")
    for by_hand in marks:
        text = text.replace('"00000000"', by_hand, 1)
    file.write_text(text, "utf-8")

    assert examine(read_draft(folder)) == []
    assert run([*command, "--accept"]) == 0
    assert examine(read_draft(folder)) == []


LABELS = """flow: form
title: A form
category: intake
version: 1
outcomes:
  done: {resolves: true}
steps:
  data:
    collect:
      router: {label: Router, options: [slow, fast]}
      speed: {label: Speed, type: integer}
    check: [{must: data.speed < 1000, message: That is too fast.}]
  light: {ask: Which cable is in?, answers: {red: look, green: look}}
  look: {guide: Look at it., end: done}
"""
FORM = {
    "A form": "Ein Blatt",
    "Speed": "Tempo",
    "That is too fast.": "Das ist zu schnell.",
    "Which cable is in?": "Welches Kabel steckt?",
    "red: Red": "red: Rot",
    "Look at it.": "Sieh es an.",
}


@pytest.mark.parametrize(
    ("forgotten", "left"),
    [
        (("Speed",), ["data"]),
        (("That is too fast.",), ["data"]),
        (("red: Red",), ["light"]),
        (("Look at it.",), ["look"]),
        (tuple(FORM), ["data", "light", "look"]),
        ((), []),
    ],
)
def test_a_step_is_accepted_once_its_labels_have_their_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], forgotten: tuple[str, ...], left: list[str]
) -> None:
    """
    Of its answers, fields or refusals one at least is in the other language, as some are the same in both. Until then
    none of its texts counts as translated.
    """
    (tmp_path / "form.yaml").write_text(LABELS, "utf-8")
    command = ["translate", "form", "de", "--library", str(tmp_path)]
    assert run(command) == 0
    text = (tmp_path / "form.de.yaml").read_text("utf-8")
    for own, german in FORM.items():
        assert own in text
        text = text if own in forgotten else text.replace(own, german)
    (tmp_path / "form.de.yaml").write_text(text, "utf-8")
    capsys.readouterr()

    assert run([*command, "--accept"]) == (1 if left else 0)
    named = f"Not accepted, for their words are still the flow's own: {', '.join(left)}.\n" if left else ""
    assert capsys.readouterr().err == named
    texts = {"data": 5, "light": 3, "look": 1, "title": 1}
    stale = [*left, *(["title"] if "A form" in forgotten else [])]
    waiting = sum(texts[name] for name in stale)
    assert dict(Library.read(tmp_path).said_in("form"))["de"] == Covered(10 - waiting, waiting, 10)


def test_what_does_not_fit_is_shown_at_its_words(folder: Path) -> None:
    """
    A name that the flow does not have is marked where the translation reads it, not at the head of its step.
    """
    file = translated(folder) / "hello.de.yaml"
    text = file.read_text("utf-8").replace("Welches Kabel", "Welches {{ lampe }}")
    file.write_text(text, "utf-8")

    (wrong,) = examine(read_draft(folder))

    line = text.splitlines()[wrong.place.line - 1]
    assert wrong.code == "SHP814"
    assert line[wrong.place.column - 1 : wrong.place.end_column - 1] == "lampe"


def test_changed_words_make_a_translation_stale_and_new_ones_are_added_to_the_file(folder: Path) -> None:
    """
    What was translated stays as it was, so that the translator sees both the mark and the words.
    """
    translated(folder)
    changed = FLOW.replace("Which cable is in?", "Which cable do you see?").replace(
        "finish:", "bye:\n    say: Bye.\n  finish:"
    )
    (folder / "hello.yaml").write_text(changed, "utf-8")

    assert [(f.code, f.step) for f in examine(read_draft(folder))] == [("SHP813", ""), ("SHP812", "light")]

    again = to_translate(read_draft(folder), "hello", "de")

    assert "Welches Kabel steckt?" in again
    assert "say: Bye." in again


def test_a_run_speaks_the_language_of_its_contact(folder: Path) -> None:
    """
    Questions, labels, named texts and refusals are said in it; what is not translated, in the flow's own words.
    """
    library = Library.read(translated(folder))
    walk = begun(library, "de")

    assert walk.run.waiting.words.say == "Guten Tag Ada."
    assert walk.run.waiting.words.why == "Be kind."

    walk(Continue())

    assert walk.run.waiting.question == "Welches Kabel steckt?"

    walk(Answer("red"))

    assert [b.label for b in walk.run.waiting.blanks] == ["Tempo", "Kind"]
    assert begun(library, "fi").run.waiting.words.say == "Hello Ada."


def test_every_language_walks_the_same_graph_and_is_replayed_by_itself(folder: Path) -> None:
    """
    The words that were shown are pinned by their hash, the translation is in the bundle, and nothing else differs.
    """
    library = Library.read(translated(folder))
    walks = {language: begun(library, language) for language in ("", "de")}
    for walk in walks.values():
        walk(Continue())
        walk(Answer("red"))
    own, german = (walks[language].events for language in ("", "de"))

    assert "translation:hello.de" in german[0].data["bundle"]
    assert [i["step"] for e in german for i in e.entered] == [i["step"] for e in own for i in e.entered]
    assert german[0].entered[0]["words"] != own[0].entered[0]["words"]

    stored: dict[str, Any] = {name: library.document(hash_) for name, hash_ in german[0].data["bundle"].items()}
    again = replay(Library.load(stored), german)

    assert again.waiting == walks["de"].run.waiting


def test_what_is_translated_is_counted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    What customers hear and agents read, and of that what is up to date: the title, each text, each label, also one that
    is not written. The command lists it by the languages' names.
    """
    draft = to_translate(read_draft(folder), "hello", "de")
    (folder / "hello.de.yaml").write_text(draft, "utf-8")
    assert dict(Library.read(folder).said_in("hello"))["de"] == Covered(0, 13, 13)

    whole = dict(Library.read(translated(folder)).said_in("hello"))["de"]
    assert whole == Covered(13, 0, 13)
    assert whole.percent == 100
    assert Covered(199, 0, 200).percent == 99

    text = (folder / "hello.de.yaml").read_text("utf-8")
    lines = text.splitlines(keepends=True)
    (folder / "hello.de.yaml").write_text("".join(line for line in lines if "Welches" not in line), "utf-8")
    capsys.readouterr()
    assert run(["translate", "--library", str(folder)]) == 0
    assert capsys.readouterr().out == f"{'hello':<24} de     12/13 (92 %)  Deutsch (German)\n"


def test_labels_that_are_not_written_and_the_title_are_counted_and_written_down(folder: Path) -> None:
    """
    A question in German above answers in English is not whole: each label that lacks is told, and asked for.

    A title that is still the flow's own is to be looked at; it has no mark.
    """
    file = translated(folder) / "hello.de.yaml"
    whole = file.read_text("utf-8")
    file.write_text(whole.replace("      red: Rot\n", "").replace("title: Hallo", "title: Hello"), "utf-8")

    assert dict(Library.read(folder).said_in("hello"))["de"] == Covered(11, 1, 13)
    assert [(f.code, f.message) for f in examine(read_draft(folder))] == [
        ("SHP813", "1 of 13 texts is not there yet: light/answers/red.")
    ]
    assert "      red: Red\n" in to_translate(read_draft(folder), "hello", "de")

    file.write_text(whole.replace("title: Hallo\n", ""), "utf-8")
    assert [f.message for f in examine(read_draft(folder))] == ["1 of 13 texts is not there yet: title."]


def test_a_region_falls_back_on_its_language(folder: Path) -> None:
    """
    de-AT has its own words where there are some, then those of de, then the flow's own; so does what is replayed.
    """
    (folder / "hello.de-AT.yaml").write_text(
        'translation: hello\nlanguage: de-AT\ntitle: Servus\nsteps:\n  greet: {of: "00000000", say: Servus.}\n', "utf-8"
    )
    library = Library.read(translated(folder))
    walk = begun(library, "de-AT")

    assert walk.run.waiting.words.say == "Servus."

    walk(Continue())

    assert walk.run.waiting.question == GERMAN["Which cable is in?"]
    assert begun(library, "de-CH").run.waiting.words.say == "Guten Tag Ada."
    assert [library.speaks(tag) for tag in ("de", "de-AT", "de-CH", "fi", "")] == [True, True, True, False, False]

    stored = {name: library.document(hash_) for name, hash_ in walk.events[0].data["bundle"].items()}
    assert replay(Library.load(stored), walk.events).waiting == walk.run.waiting


def test_languages_have_names() -> None:
    """
    Their own and the English one, with the region; a tag that is not known is shown itself.
    """
    assert [language_name(tag) for tag in ("de", "pt-BR", "en", "en-GB", "xx-YY")] == [
        "Deutsch (German)",
        "português (Portuguese, BR)",
        "English",
        "English (GB)",
        "xx-YY",
    ]
    assert [language_in_english(tag) for tag in ("de", "pt-BR", "xx-YY")] == ["German", "Portuguese (BR)", "xx-YY"]
    assert [falls_back(tag) for tag in ("de-AT", "de", "")] == [("de-AT", "de"), ("de",), ()]
    assert all(own and english for own, english in NAMES.values())


def test_what_was_said_is_told_in_its_language_although_values_are_erased(folder: Path) -> None:
    """
    Once the customer's key is gone, the words still stand as they were said, with gaps; so where one fell back.
    """
    library = Library.read(translated(folder))
    first = begun(library, "de").events[0]
    facts = {**first.data["facts"], "customer": {"first_name": {"erased": True}}}

    (row,) = path_rows(library, [first._replace(data={**first.data, "facts": facts})])

    assert (row.words.say, row.fell_back) == ("Guten Tag [erased].", False)
    assert [row.fell_back for row in path_rows(library, begun(library, "fi").events)] == [True]
    assert [row.fell_back for row in path_rows(library, begun(library, "").events)] == [False]


@pytest.mark.parametrize(
    ("own", "said", "gone"),
    [
        ("It is {{ day | date }}.", "Es ist {{ day | date }}.", ()),
        ("It is {{ day | date }} for {{ visit.slot }}.", "Es ist {{ day | date }}.", ("visit.slot",)),
        ('It is {{ "on" if light.on else "off" }}.', 'Es ist {{ "an" if light.on else "aus" }}.', ()),
        ("By {{ today + days(3) }}.", "Bis {{ (today + days(3)) | date }}.", ()),
        ("Nothing is read.", "Nichts.", ()),
    ],
)
def test_values_that_translated_words_leave_out_are_named(own: str, said: str, gone: tuple[str, ...]) -> None:
    """
    Names are compared, in whatever order and however they are shown; texts in quotes are words and differ.
    """
    assert left_out({"say": own}, {"say": said}) == gone
    assert faithful({"say": own}, {"say": said}, "de") == (not gone)


@pytest.mark.parametrize(
    ("text", "language", "other"),
    [
        ('{{ a | date("en") }}', "de", "en"),
        ("{{ a | datetime('en') }}", "fi", "en"),
        ('{{ a | date("de") }}', "de-AT", ""),
        ("{{ a | date }}", "de", ""),
        ('Sagen Sie "date".', "de", ""),
    ],
)
def test_days_in_another_language_do_not_count_as_translated(text: str, language: str, other: str) -> None:
    """
    A German sentence with an English day in it is not done.
    """
    found = said_in_another(text, language)

    assert (found[3] if found else "") == other
    assert faithful({"say": text}, {"say": text}, language) == (not other)
