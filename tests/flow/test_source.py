"""Reading YAML: places, texts, and every oddity at its own place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shepherd.flow.findings import Place
from shepherd.flow.hazards import UNSEEN, unseen
from shepherd.flow.source import Map, Scalar, Seq, Source, from_json, read


def one(text: str) -> Scalar:
    """The value of the key ``a`` of *text*."""
    root = root_of(text)
    node = root.get("a")
    assert isinstance(node, Scalar)
    return node


def root_of(text: str) -> Map:
    source = read(text.encode(), "f.yaml")
    assert not source.findings, source.findings
    assert isinstance(source.root, Map)
    return source.root


def codes(source: Source) -> list[tuple[str, int, int]]:
    return [(f.code, f.place.line, f.place.column) for f in source.findings]


def test_every_key_and_value_has_its_place():
    """
    Lines and columns count characters from 1, the end is exclusive, groups and lists have places too.
    """
    root = root_of("é: {b: [x, yz]}\nc: d\n")

    (key, inner), (last, value) = root.entries
    assert key == Scalar("é", Place(1, 1, 1, 2), raw=key.raw)
    assert isinstance(inner, Map)
    assert inner.place == Place(1, 4, 1, 16)
    items = inner.get("b")
    assert isinstance(items, Seq)
    assert items.place == Place(1, 8, 1, 15)
    assert [item.place for item in items.items] == [Place(1, 9, 1, 10), Place(1, 12, 1, 14)]
    assert (last.place, value.place) == (Place(2, 1, 2, 2), Place(2, 4, 2, 5))


@pytest.mark.parametrize(
    "word", ["yes", "no", "on", "off", "null", "~", "true", "0123", "1_000", "1e3", "12:30", "1.10"]
)
def test_every_scalar_is_text(word: str):
    """
    No word is turned into a number, a date or nothing: the schema types it later.
    """
    assert one(f"a: {word}\n").text == word
    assert root_of(f"{word}: a\n").entries[0][0].text == word


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("plain words", "plain words"),
        ("'it''s ok'", "it's ok"),
        ('"a \\"b\\" \\u00e9 c"', 'a "b" é c'),
        ("'one\n  two\n\n  three'", "one two\nthree"),
        ("one\n  two", "one two"),
        ("|\n  first {{ x }}\n  second\n", "first {{ x }}\nsecond\n"),
        (">-\n  folded\n  words\n\n  more\n", "folded words\nmore"),
        ("|2\n    more\n   less\n", "  more\n less\n"),
        ('"one\\\n  two"', "onetwo"),
    ],
)
def test_a_word_inside_a_text_has_its_exact_place(written: str, text: str):
    """
    A finding inside quoted, folded or block text points at the very word, whatever escapes and folds come before it.
    """
    source = f"a: {written}\n"
    node = one(source)
    lines = source.split("\n")

    assert node.text == text
    for word in [w for w in text.replace('"', " ").replace("'", " ").split() if w.isalpha()]:
        start = text.index(word)
        place = node.at(start, start + len(word))
        if "\\u" not in lines[place.line - 1][place.column - 1 :][:2] and word != "onetwo":
            assert lines[place.line - 1][place.column - 1 : place.end_column - 1] == word


def test_a_double_key_names_both_lines():
    """
    The second of two equal keys is refused, with the line of the first; the first holds.
    """
    source = read(b"a: 1\nb: 2\na: 3\n", "f.yaml")

    assert codes(source) == [("SHP007", 3, 1)]
    assert "line 1" in source.findings[0].message
    assert isinstance(source.root, Map)
    assert [key.text for key, _ in source.root.entries] == ["a", "b"]


def test_all_mistakes_are_found_in_one_run():
    """
    What can be passed over is passed over, so that one run shows every mistake.
    """
    source = read(b"a: &x 1\nb:\nc: !t 2\na: 3\nd: say it #5\ne: *x\n", "f.yaml")

    assert [code for code, *_ in codes(source)] == ["SHP009", "SHP008", "SHP011", "SHP007", "SHP015", "SHP010"]


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("say: I am sorry # really", True),
        ("say: Sorry   # a comment", True),
        ("ask: Is it #5?", True),
        ("say: Is it#5?", False),
        ('say: "Is it #5?"   # a comment', False),
        ("when: a < b # why", True),
        ("when: a < b    # why", False),
        ("then: next # why", False),
        ("then: next #why", True),
        ("list: [a, b] # why", False),
        ("say: |\n  Is it #5?\n", False),
    ],
)
def test_a_text_cut_by_a_hash_is_refused(text: str, refused: bool):
    """
    ``#`` behind spoken words, stuck to what follows, or one blank behind several words cuts a text; a comment that
    stands two blanks away, or behind one word, is a comment.
    """
    found = read(f"{text}\n".encode(), "f.yaml").findings

    assert [f.code for f in found] == (["SHP015"] if refused else [])
    if refused:
        assert text[found[0].place.column - 1] == "#"


@pytest.mark.parametrize(
    ("text", "code", "line", "says"),
    [
        ("say: Note: hello\n", "SHP006", 1, "say: |"),
        ("a:\n  guide: '{{ x }}' and more\n", "SHP006", 2, "guide: |"),
        ('when: "down" == line.status\n', "SHP006", 1, "Begin with the name"),
        ('when: ["a"] == x\n', "SHP006", 1, "Begin with the name"),
        ("a: {end: x, say: Your {{ v }} now}\n", "SHP006", 1, "several lines"),
        ('when: "down" in line.states\n', "SHP006", 1, "'\"down\" in line.states'"),
        ("with: {a: {{ b.c }}}\n", "SHP006", 1, "without braces"),
        ("say: 'I'm sorry.'\n", "SHP006", 1, "Double it inside: 'I''m sorry.'"),
        ('say: "He said "no"."\n', "SHP006", 1, 'He said \\"no\\".'),
        ("a: {say: 'I'm sorry.', then: b}\n", "SHP005", 1, "Write two of them"),
        ('a: {say: "Hello, then: b}\nc:\n  say: d\n', "SHP005", 1, "opened here and never closed"),
        ("a: {say: Hello, then: b\nc:\n  say: d\n", "SHP005", 1, "is not closed"),
        ("steps:\n  a:\n    say: b\nc:\n    say: d\n  e: {end: f}\n", "SHP005", 4, '"c" begins in column 1'),
        ("a:\n  say: b\n  then:\u00a0c\n", "SHP003", 3, "U+00A0"),
        ("a: [*, 3]\n", "SHP005", 1, "`any`"),
        ("a: [, 3]\n", "SHP005", 1, "`any`"),
        ("a: [premium, >5000]\n", "SHP005", 1, "over 5000"),
        ("a: foo # x\n  bar\n", "SHP015", 1, "quotes"),
        ("a: {x: 1 # foo}\nb: c\n", "SHP015", 1, "quotes"),
        ("a:\n  b: c\n d: e\n", "SHP005", 3, "same column"),
        ("when: !x\n", "SHP011", 1, "`not x`"),
        ("when: !x and y\n", "SHP011", 1, "`not x`"),
        ("a: {when: !x, then: b}\n", "SHP011", 1, "`not x`"),
        ("when: !(x or y)\n", "SHP011", 1, "`not (…)`"),
        ("a:\n  when: x\n  then finish\n  b: c\n", "SHP005", 3, "`then: finish`"),
        ("a:\n  when: x\n  then:finish\n  b: c\n", "SHP005", 3, "`then: finish`"),
        ("a:\n  say: Well,\n  how are you?\n  b: c\n", "SHP005", 3, "further in"),
        ("a: {label: Yes, then finish}\n", "SHP008", 1, "`then: finish`"),
        ("a: {label: Yes, then:finish}\n", "SHP008", 1, "`then: finish`"),
        ("a: {label: No, thank you}\n", "SHP008", 1, "comma in a one-line map"),
        ("a:\n  yes {label: Y, then: b}\n", "SHP005", 2, "`yes: {…`"),
        ("a:\n  yes:{label: Y, then: b}\n", "SHP005", 2, "`yes: {…`"),
        (
            "steps:\n  a:\n    ask Is it?\n    then: b\n",
            "SHP005",
            3,
            'A colon is missing behind "ask". Write `ask: Is it?`',
        ),
        ("steps:\n  a:\n    ask Is it\n    on?\n    then: b\n", "SHP005", 3, "Write `ask: Is it`"),
        ("steps:\n  a:\n    say:Well\n\n    then: b\n", "SHP005", 3, "Write `say: Well`"),
        (
            "steps:\n  a:\n   ask: Is it?\n    then: b\n",
            "SHP005",
            3,
            '"ask" begins in column 4, what stands beside it in column 5',
        ),
        ("steps:\n  a:\n     ask: Is it?\n    then: b\n", "SHP005", 3, '"ask" begins in column 6'),
        ("steps:\n  a:\n    ask: Is it?\n     then: b\n", "SHP005", 4, "A key stands here"),
        ("steps:\n  a:\n    say: It costs\n      price: 50\n", "SHP005", 4, "A key stands here"),
        ("steps:\n  a:\n    say:\n      ask them\n      then: b\n", "SHP005", 5, "A key stands here"),
        (
            "scenarios:\n  - name: A\n   given: b\n",
            "SHP005",
            3,
            "Each scenario begins with `- name:` in the same column",
        ),
        ("scenarios:\n - name: A\n    given: b\n    expect: c\n", "SHP005", 2, "Each scenario begins with `- name:`"),
        ("scenarios:\n  - name: A\n   - name: B\n", "SHP005", 3, "Each scenario begins with `- name:`"),
        ("scenarios:\n  - name: A\n - name: B\n", "SHP005", 3, "Each scenario begins with `- name:`"),
        ("scenarios:\n  - name A b\n    given: b\n", "SHP005", 2, "Write `name: A b`"),
        ("scenarios:\n  - name:A b\n    given: b\n", "SHP005", 2, "Write `name: A b`"),
        ("scenarios:\n  - name: A\n    given: b\n  - name:A b\n    given: b\n", "SHP005", 4, "Write `name: A b`"),
        ("flow:a\ntitle: b\n", "SHP005", 1, "Write `flow: a`"),
        ("flow a\ntitle: b\n", "SHP005", 1, "Write `flow: a`"),
        ("a:\n  help:\n    type it here\n    then: b\n", "SHP005", 4, "A key stands here"),
        ("scenarios:\n  -name: A\n    given: b\n", "SHP005", 2, "Write `- name: A`"),
        ("a:\n  - when: x\n   then: b\n", "SHP005", 3, "Each item of a list begins with `-`"),
        (
            "scenarios:\n  - name: A\n    expect:\n    outcome: b\n      path: [c]\n",
            "SHP005",
            4,
            '"outcome" begins in column 5, what stands beside it in column 7',
        ),
        (
            "scenarios:\n  - name: A\n    expect:\n\n    # why\n    outcome: b\n      path: [c]\n",
            "SHP005",
            6,
            '"outcome" begins in column 5',
        ),
        ("scenarios:\n  - name: A\n    expect:\n   outcome: b\n      path: [c]\n", "SHP005", 4, "Each scenario begins"),
    ],
)
def test_yaml_errors_are_told_in_a_designers_words(text: str, code: str, line: int, says: str):
    """
    The well-known slips have their own sentence, at the line that has to change, and say what to write instead.
    """
    (found,) = read(text.encode(), "f.yaml").findings

    assert (found.code, found.place.line) == (code, line)
    assert says in f"{found.message} {found.hint}"


def test_a_value_that_is_missing_elsewhere_is_told_beside_a_slip():
    """
    Only where the line right below it is the slip is it the same mistake.
    """
    text = "scenarios:\n  - name:\n    given: a\n    expect:\n   outcome: b\n"

    assert codes(read(text.encode(), "f.yaml")) == [("SHP008", 2, 10), ("SHP005", 5, 4)]


def test_windows_line_ends_are_read():
    """
    Files from Windows editors have the same texts and places.
    """
    assert root_of("a: b\r\nc: d\r\n").entries[1][1].place == Place(2, 4, 2, 5)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes):
    """
    Any bytes give a tree, or findings that say why not.
    """
    source = read(data, "f.yaml")

    assert source.root is not None or source.findings


@given(st.text(st.one_of(st.characters(), st.sampled_from("ab\r\n\t\u200d\u200c\u2028\u3164é👩")), max_size=12))
def test_what_nobody_can_see_is_found_by_the_quick_look_too(text: str):
    """
    Text is looked at in bulk first; that finds what the whole rule finds, at the same place.
    """
    quick, whole = unseen(text), UNSEEN.search(text)

    assert (quick and quick.span()) == (whole and whole.span())


@given(st.text(alphabet="ab:{}[]-#&*!|>'\"%@`\n ,?<~\\", max_size=80))
def test_no_marks_break_the_reader(text: str):
    """
    Any heap of YAML's marks gives a tree whose texts know their places, or findings at a line of the file.
    """
    source = read(text.encode(), "f.yaml")

    assert source.root is not None or source.findings
    for finding in source.findings:
        assert 1 <= finding.place.line <= text.count("\n") + 2
    todo = [source.root] if source.root else []
    while todo:
        node = todo.pop()
        if isinstance(node, Scalar):
            for start in range(len(node.text)):
                assert node.at(start, start + 1).line <= text.count("\n") + 1
        else:
            todo += node.items if isinstance(node, Seq) else [part for entry in node.entries for part in entry]


def test_stored_documents_are_read_again():
    """
    Typed source that was kept has the tree it came from, without places.
    """
    root = from_json({"a": {"b": [1, True, "x"]}})

    assert isinstance(root, Map)
    inner = root.get("a")
    assert isinstance(inner, Map)
    items = inner.get("b")
    assert isinstance(items, Seq)
    assert [item.text for item in items.items if isinstance(item, Scalar)] == ["1", "true", "x"]
