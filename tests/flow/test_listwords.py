"""The labels of lists in another language: translated once, shown wherever they are offered, counted and checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from shepherd.author.library_names import mentions
from shepherd.author.mentions import Thing
from shepherd.author.rename import trees
from shepherd.check import examine
from shepherd.check.library import Library
from shepherd.cli.app import run
from shepherd.flow.draft import read_draft
from shepherd.run.api import Answer
from tests.run.small import Walk

LIST = """list: countries
options: {fi: Finland, se: Sweden, fr: France, "1": "1"}
groups: {nordic: [fi, se], far: [fr]}
headings: [nordic, far]
"""
FLOW = """flow: hello
title: Hello
category: intake
version: 1
outcomes:
  done: {resolves: true}
steps:
  where:
    ask: Where do you live?
    options: lists.countries.nordic
  more:
    collect:
      from: {label: From, type: choice, options: lists.countries}
      day: {label: Day, type: date}
  finish: {end: done}
"""
FLOW_DE = """translation: hello
language: de
title: Hallo
steps:
  where: {of: "56000abc", ask: Wo wohnen Sie?}
  more: {of: "d9829bf4", collect: {from: {label: Von}, day: {label: Tag}}}
"""
LIST_DE = """translation: lists.countries
language: de
of: "d58e9e8f"
options: {fi: Finnland, se: Schweden, fr: Frankreich}
headings: {nordic: Nordische Länder, far: Weit weg}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A library whose flow is translated, and its list not."""
    files = {"countries": LIST, "hello": FLOW, "hello.de": FLOW_DE}
    for name, text in files.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def say(folder: Path) -> list[str]:
    """What the check says of the folder, each with its file, code and message."""
    return [f"{f.file} {f.code} {f.message}" for f in examine(read_draft(folder))]


def translate(folder: Path, text: str = LIST_DE) -> None:
    """Write the translation of the list."""
    (folder / "countries.de.yaml").write_text(text, encoding="utf-8")


def test_a_list_without_labels_in_the_language_is_told_and_counted(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A flow is not translated in full while a list that it offers has no labels in the language."""
    assert say(folder) == ['hello.de.yaml SHP813 It offers "lists.countries", which has no labels in German.']
    run(["translate", "--library", str(folder)])
    told = capsys.readouterr().out
    assert " 4/7 (57 %)" in told, "its own texts, and three labels that have letters"
    assert "In no other language: lists.countries." in told

    translate(folder)
    assert say(folder) == []
    run(["translate", "--library", str(folder)])
    told = capsys.readouterr().out
    assert " 7/7 (100 %)" in told
    assert "lists.countries          de     5/5 (100 %)" in told


def test_people_read_the_labels_of_the_contacts_language(folder: Path) -> None:
    """Labels and headings of a list are shown in the contact's language; values, which are recorded, stay the same."""
    translate(folder)
    library = Library.read(folder)
    shown = {}
    for language in ("", "de", "de-AT"):
        walk = Walk(library, "hello", facts={"contact": {"language": language}})
        first = walk.run.waiting.blank.choices
        walk(Answer("fi"))
        blank = walk.run.waiting.blanks[0]
        shown[language] = [c.label for c in first], [c.label for c in blank.choices], [h for h, _ in blank.headings]
    assert shown[""] == (["Finland", "Sweden"], ["Finland", "Sweden", "France", "1"], ["Nordic", "Far"])
    german = (["Finnland", "Schweden"], ["Finnland", "Schweden", "Frankreich", "1"], ["Nordische Länder", "Weit weg"])
    assert shown["de"] == shown["de-AT"] == german


def test_a_run_pins_the_labels_that_it_shows(folder: Path) -> None:
    """The translation of a list is in the bundle of the flows that read the list, which alone is enough to go on."""
    translate(folder)
    (folder / "bye.yaml").write_text(
        "flow: bye\ntitle: Bye\ncategory: intake\nversion: 1\noutcomes: {done: {resolves: true}}\n"
        "steps:\n  bye: {say: Bye.}\n  finish: {end: done}\n",
        encoding="utf-8",
    )
    library = Library.read(folder)
    bundle = library.bundle("hello")
    assert "translation:lists.countries.de" in bundle
    assert "translation:lists.countries.de" not in library.bundle("bye")
    again = Library.load({name: library.document(hash_) for name, hash_ in bundle.items()})
    assert again.spoken("de")["hello"].steps["where"].action.field.options[0].label == "Finnland"
    assert library.every_language == ("de",)


def test_a_heading_may_have_a_label_of_its_own(folder: Path) -> None:
    """``headings: {nordic: Nordic countries}`` is shown with that label, and a group that is not there is refused."""
    file = folder / "countries.yaml"
    file.write_text(LIST.replace("[nordic, far]", "{nordic: Nordic countries, far: Far}"), encoding="utf-8")
    translate(folder, LIST_DE.replace("d58e9e8f", "f41191c3"))
    assert say(folder) == []
    field = Library.read(folder).flows["hello"].steps["more"].action.fields["from"]
    assert [name for name, _ in field.headings] == ["Nordic countries", "Far"]
    file.write_text(file.read_text().replace("{nordic: Nordic", "{nrodic: Nordic"), encoding="utf-8")
    assert 'countries.yaml SHP342 This list has no group "nrodic".' in say(folder)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("fr: Frankreich", "rf: Frankreich", 'SHP811 "lists.countries" has no "rf" in its options.'),
        ("far: Weit", "fra: Weit", 'SHP811 "lists.countries" has no "fra" in its headings.'),
        ("lists.countries", "lists.contries", 'SHP811 There is no list "lists.contries".'),
        (", fr: Frankreich", "", "SHP813 1 of 5 labels is not there yet: options/fr."),
        ("d58e9e8f", "01234567", 'SHP812 The labels of "lists.countries" are no longer those that were translated.'),
        ("d58e9e8f", "00000000", 'SHP812 The labels of "lists.countries" are not translated yet.'),
        ("language: de", "language: de\ntitle: Länder", 'SHP114 "title" does not go with the translation of a list.'),
        ("lists.countries", "hello", 'SHP114 "of" does not go with the translation of a flow.'),
    ],
)
def test_what_is_wrong_in_the_translation_of_a_list_is_told(folder: Path, before: str, after: str, told: str) -> None:
    """Labels for what is not there, missing and stale ones, words of a flow in a list and the other way round."""
    text = LIST_DE.replace(before, after)
    name = text.splitlines()[0].removeprefix("translation: ").removeprefix("lists.")
    (folder / f"{name}.de.yaml").write_text(text, encoding="utf-8")
    assert any(f"{name}.de.yaml {told}" in line for line in say(folder)), say(folder)


def test_the_file_is_written_and_accepted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``translate lists.NAME LANGUAGE`` writes what is to be translated, accepts what is, and adds new labels later."""
    args = ["translate", "lists.countries", "de", "--library", str(folder)]
    target = folder / "countries.de.yaml"
    assert run(args) == 0
    assert run([*args, "--accept"]) == 1
    assert "fi, se, fr" in capsys.readouterr().err
    assert 'of: "00000000"' in target.read_text()
    target.write_text(target.read_text().replace("Finland", "Finnland"), encoding="utf-8")
    assert run([*args, "--accept"]) == 0
    assert say(folder) == []

    file = folder / "countries.yaml"
    file.write_text(file.read_text().replace("{fi:", "{dk: Denmark, fi:"), encoding="utf-8")
    assert sorted(line.split()[1] for line in say(folder)) == ["SHP812", "SHP813"]
    assert run(args) == 0
    text = target.read_text()
    assert "dk: Denmark" in text
    assert "fi: Finnland" in text
    assert "00000000" in text
    assert run(["translate", "countries", "de", "--library", str(folder)]) == 2
    assert "Write lists.countries." in capsys.readouterr().err


def test_editors_find_the_list_from_its_translation(folder: Path) -> None:
    """The name of the list in its translation leads to the list."""
    translate(folder)
    sources = read_draft(folder).sources
    found = [m for m in mentions(trees(sources)) if m.file == "countries.de.yaml"]
    assert [m.thing for m in found] == [Thing("list", "countries")]
    place = found[0].place
    assert LIST_DE.splitlines()[0][place.column - 1 : place.end_column - 1] == "countries"
