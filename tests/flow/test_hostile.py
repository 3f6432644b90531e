"""Files that mean harm or are broken: each is refused by its own rule, quickly, and never with a traceback."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from shepherd.flow.draft import read_draft

HEAD = "flow: a\ntitle: T\ncategory: orders\nversion: 1\noutcomes: {ok: {resolves: true}}\n"
FLOW = HEAD + "steps:\n  hello:\n    say: Hello.\n  done: {end: ok}\n"


def words(said: str) -> bytes:
    """A flow whose first step says *said*, as it is written."""
    return FLOW.replace("Hello.", said).encode()


HOSTILE: dict[str, tuple[bytes, str]] = {
    "no bytes": (b"", "SHP019"),
    "only blanks": (b"  \n\n", "SHP019"),
    "only comments": (b"# a\n# b\n", "SHP019"),
    "three dashes": (b"---\n", "SHP008"),
    "latin-1": (words("Caf\u00e9").decode().encode("latin-1"), "SHP001"),
    "utf-16 little": (FLOW.encode("utf-16"), "SHP001"),
    "utf-16 big": (b"\xfe\xff" + FLOW.encode("utf-16-be"), "SHP001"),
    "utf-32": (FLOW.encode("utf-32"), "SHP001"),
    "overlong slash": (words("x").replace(b"x", b"\xc0\xaf"), "SHP001"),
    "half a surrogate": (words("x").replace(b"x", b"\xed\xa0\x80"), "SHP001"),
    "cut off character": (FLOW.encode() + b"# \xe2\x82", "SHP001"),
    "random bytes": (bytes(range(256)) * 8, "SHP001"),
    "byte order mark": (b"\xef\xbb\xbf" + FLOW.encode(), "SHP002"),
    "mark inside": (words("a\ufeffb"), "SHP003"),
    "raw zero": (words("a\0b"), "SHP003"),
    "escaped zero": (words('"a\\0b"'), "SHP003"),
    "escape character": (words("a\x1b[31mb"), "SHP003"),
    "escaped bell": (words('"\\a"'), "SHP003"),
    "escaped reversal": (words('"\\u202e"'), "SHP003"),
    "reversed reading": (words("pay\u202eyap"), "SHP003"),
    "isolate": (words("a\u2066b"), "SHP003"),
    "line separator": (words("a\u2028b"), "SHP003"),
    "next line": (words("a\x85b"), "SHP003"),
    "lone return": (words("a\rb: c"), "SHP003"),
    "escaped surrogate": (words('"\\ud800"'), "SHP005"),
    "tab indent": (FLOW.replace("    say", "\tsay").encode(), "SHP004"),
    "tab after blanks": (FLOW.replace("    say", "  \tsay").encode(), "SHP004"),
    "python object": (words("!!python/object/apply:os.system [x]"), "SHP011"),
    "python name": (words("!!python/name:os.system x"), "SHP011"),
    "java object": (words("!!javax.script.ScriptEngineManager [x]"), "SHP011"),
    "ruby object": (words("!ruby/object:Gem::Installer x"), "SHP011"),
    "js function": (words("!!js/function 'x'"), "SHP011"),
    "binary": (words("!!binary aGVsbG8="), "SHP011"),
    "include": (words("!include /etc/passwd"), "SHP011"),
    "environment": (words("!ENV ${HOME}"), "SHP011"),
    "local tag": (words("! x"), "SHP011"),
    "set": (FLOW.replace("outcomes: {", "outcomes: !!set {").encode(), "SHP011"),
    "anchor": (words("&a Hello"), "SHP009"),
    "alias": (words("*a"), "SHP010"),
    "self cycle": (b"flow: &a [*a]\n", "SHP009"),
    "alias bomb": (
        ("flow: a\n" + "".join(f"k{i}: &k{i} [{','.join([f'*k{i - 1}'] * 9)}]\n" for i in range(1, 12))).encode(),
        "SHP009",
    ),
    "merge key": (FLOW.replace("    say", "    <<: {tag: x}\n    say").encode(), "SHP012"),
    "merge bomb": (("flow: a\n" + "<<: {a: b}\n" * 2000).encode(), "SHP012"),
    "yaml directive": (b"%YAML 1.1\n---\n" + FLOW.encode(), "SHP013"),
    "tag directive": (b"%TAG ! tag:x,2000:\n---\n" + FLOW.encode(), "SHP013"),
    "unknown directive": (b"%FOO bar\n---\n" + FLOW.encode(), ""),
    "two documents": (FLOW.encode() + b"---\nflow: b\n", "SHP014"),
    "a thousand documents": (b"--- {a: b}\n" * 1000, "SHP014"),
    "double key": (FLOW.replace("version: 1", "version: 1\nversion: 2").encode(), "SHP007"),
    "double step": (FLOW.replace("  done:", "  hello: {say: x}\n  done:").encode(), "SHP007"),
    "double quoted key": (FLOW.replace("version: 1", 'version: 1\n"version": 2').encode(), "SHP007"),
    "empty value": (FLOW.replace("Hello.", "").encode(), "SHP008"),
    "empty item": (FLOW.replace("version: 1", "version: 1\naudience:\n  -\n  - agent").encode(), "SHP008"),
    "stray comma": (FLOW.replace("{end: ok}", "{end: ok, x}").encode(), "SHP008"),
    "cut": (words("Take line #5 now"), "SHP015"),
    "cut by blank": (words("Hello # really"), "SHP015"),
    "cut condition": (HEAD.encode() + b"values: {}\nsteps:\n  a:\n    decide:\n      - when: x == 1 # y\n", "SHP015"),
    "nested 200": (FLOW.encode() + b"x: " + b"[" * 200 + b"]" * 200, "SHP017"),
    "nested 100 000": (b"[" * 100_000, "SHP017"),
    "nested maps": (b"flow: " + b"{a: " * 100_000, "SHP017"),
    "nested blocks": ("".join(f"{' ' * i}a:\n" for i in range(2000)).encode(), "SHP017"),
    "nested dashes": (b"- " * 50_000, "SHP017"),
    "complex key": (b"? [a]\n: b\n", "SHP018"),
    "map as key": (b"flow: {{a: b}: c}\n", "SHP006"),
    "too many bytes": (b"#" * (4 * 1024 * 1024 + 1), "SHP016"),
    "too many nodes": (b"flow: [" + b"a," * 300_001 + b"a]", "SHP016"),
    "long text": (words("x" * 20_001), "SHP016"),
    "long key": (FLOW.encode() + b"k" * 900 + b": x\n", "SHP107"),
    "open quote": (words("'tis the season"), "SHP006"),
    "open double quote": (words('"Hello'), "SHP005"),
    "words with a colon": (words("Note: hello"), "SHP006"),
    "words with an at": (words("@anna hello"), "SHP006"),
    "words with a star": (words("*really* now"), "SHP006"),
    "words in brackets": (words("[A] now"), "SHP006"),
    "words in braces": (words("{{ name }} now"), "SHP006"),
    "only braces": (words("{{ name }}"), "SHP006"),
    "bad escape": (words('"C:\\qx"'), "SHP005"),
    "open list": (FLOW.replace("{end: ok}", "[end, ok").encode(), "SHP005"),
    "bad indent": (FLOW.replace("    say", "      x: y\n    say").encode(), "SHP005"),
    "root list": (b"- flow: a\n", "SHP101"),
    "root scalar": (b"flow\n", "SHP101"),
    "root null": (b"null\n", "SHP101"),
    "unknown kind": (b"flwo: a\n", "SHP101"),
    "equals key": (b"=: a\n", "SHP101"),
    "huge integer": (FLOW.replace("version: 1", f"version: {'9' * 5000}").encode(), "SHP113"),
    "hexadecimal": (FLOW.replace("version: 1", "version: 0x1F").encode(), "SHP113"),
    "octal": (FLOW.replace("version: 1", "version: 0o17").encode(), "SHP113"),
    "base sixty": (FLOW.replace("version: 1", "version: 1:30").encode(), "SHP113"),
    "infinite": (FLOW.replace("version: 1", "version: .inf").encode(), "SHP113"),
    "not a number": (FLOW.replace("version: 1", "version: .nan").encode(), "SHP113"),
    "other digits": (FLOW.replace("version: 1", "version: \u0661").encode(), "SHP113"),
    "null": (FLOW.replace("version: 1", "version: null").encode(), "SHP113"),
    "yes for true": (FLOW.replace("resolves: true", "resolves: yes").encode(), "SHP113"),
    "big true": (FLOW.replace("resolves: true", "resolves: True").encode(), "SHP113"),
    "impossible day": (FLOW.replace("version: 1", "version: 1\nreview_by: 2027-13-41").encode(), "SHP113"),
    "dunder step": (FLOW.replace("hello:", "__proto__:").encode(), "SHP112"),
    "long id": (FLOW.replace("hello:", "h" * 65 + ":").encode(), "SHP112"),
    "id with a line break": (FLOW.replace("{end: ok}", '{end: "ok\\n"}').encode(), "SHP112"),
    "path as id": (FLOW.replace("{end: ok}", "{end: ../../ok}").encode(), "SHP112"),
    "five thousand unknown keys": ((FLOW + "".join(f"k{i}: v\n" for i in range(5000))).encode(), "SHP107"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_by_its_rule(name: str, tmp_path: Path):
    """
    Whatever a file contains, reading it gives findings with whole sentences, within seconds, and builds no flow.
    """
    data, code = HOSTILE[name]
    (tmp_path / "a.yaml").write_bytes(data)
    began = time.perf_counter()

    draft = read_draft(tmp_path)

    assert time.perf_counter() - began < 20
    if code:
        assert code in {finding.code for finding in draft.findings}
        assert not draft.flows
    for finding in draft.findings:
        assert finding.message.endswith("."), finding.message
        assert len(finding.message) < 400
        assert finding.place.line >= 1
        assert finding.place.column >= 1


def test_there_are_sixty_and_more():
    """
    The table stays as long as the threat model asks.
    """
    assert len(HOSTILE) >= 60


def test_the_flow_they_are_made_from_is_right(tmp_path: Path):
    """
    Without the change, nothing is found: each file is refused for its change alone.
    """
    (tmp_path / "a.yaml").write_text(FLOW)

    draft = read_draft(tmp_path)

    assert not draft.findings
    assert list(draft.flows) == ["a"]


def test_a_link_out_of_the_library_is_not_followed(tmp_path: Path):
    """
    A file that is a link to another folder is refused: nothing outside the library is read.
    """
    outside = tmp_path / "outside.yaml"
    outside.write_text(FLOW)
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "a.yaml").symlink_to(outside)

    draft = read_draft(tmp_path / "library")

    assert [finding.code for finding in draft.findings] == ["SHP115"]
    assert not draft.flows


def test_folders_pipes_and_hidden_files_are_passed_over(tmp_path: Path):
    """
    Only plain files that are not hidden are read, whatever their name ends in.
    """
    import os

    (tmp_path / "a.yaml").write_text(FLOW)
    (tmp_path / "b.yaml").mkdir()
    os.mkfifo(tmp_path / "c.yaml")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "d.yaml").write_text("nonsense")
    (tmp_path / ".e.yaml").write_text("nonsense")

    draft = read_draft(tmp_path)

    assert not draft.findings
    assert list(draft.sources) == ["a.yaml"]
