"""Every code block of the README and the docs is executed: flows are checked, commands run, Python executed."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest

from shepherd.check import examine
from shepherd.check.report import render
from shepherd.flow.draft import read_draft
from shepherd.flow.memory import readings_kept
from tests.nursery import environment, nursery

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w+)?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUN_BY_CI = {"python3 start.py", "python3 start.py test"}
HEAD = {"flow": "example", "title": "An example", "category": "troubleshooting", "version": "1", "owner": "desk"}
#: The day on which commands run: the days of reviews in the shipped flows are held against it.
TODAY = "2026-12-01"
KIND = re.compile(r"(#.*\n)*(flow|list|desk|connectors|promises|scenarios|translation):")


class Block(NamedTuple):
    """A fenced block: its language, what else stands on the fence, its text."""

    page: Path
    line: int
    language: str
    more: str
    text: str


def blocks() -> Iterator[Block]:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for found in FENCE.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            yield Block(page, line, found[1] or "", found[2].strip(), found[3])


BLOCKS = list(blocks())


def story(block: Block) -> str:
    """The story that *block* is a part of: its blocks run one after the other in the same folder."""
    named = re.search(r"\bstory=(\w+)", block.more)
    return named[1] if named else ""


def parts(block: Block) -> list[Block]:
    """All blocks of the story of *block*, in order; the block alone where it tells none."""
    return [b for b in BLOCKS if b.page == block.page and story(b) == story(block)] if story(block) else [block]


def whole(text: str) -> str:
    """
    *text* as a file: itself where it says what it is, else a flow with what it leaves out.

    A block that is indented is some steps; one that begins with another key of a flow is part of its head.
    """
    if KIND.match(text):
        return text
    if text.startswith(" "):
        text = f"steps:\n{text}"
    given = set(re.findall(r"^(\w+):", text, re.MULTILINE))
    head = [f"{key}: {value}\n" for key, value in HEAD.items() if key not in given]
    if "steps" not in given:
        text += "steps:\n  hello: {say: Good morning., end: done}\n"
    if "outcomes" not in given:
        ends = dict.fromkeys(re.findall(r"\b(?:end|outcome): (\w+)", text)) or ["done"]
        head += ["outcomes:\n", *(f"  {end}: {{resolves: true}}\n" for end in ends)]
    return "".join(head) + text


def of(*languages: str) -> pytest.MarkDecorator:
    chosen = [b for b in BLOCKS if b.language in languages and parts(b)[0] is b]
    return pytest.mark.parametrize("block", chosen, ids=[f"{b.page.name}:{b.line}" for b in chosen])


@pytest.fixture
def desk_folder(tmp_path: Path) -> Path:
    """A folder as a reader of the docs has it: with the shipped flows in ``flows/``."""
    shutil.copytree(ROOT / "flows", tmp_path / "flows")
    return tmp_path


def settings() -> dict[str, str]:
    """What commands are run with, beside what is there of the machine that is none of Shepherd's."""
    return {"NO_COLOR": "1", "PYTHONUTF8": "1", "COLUMNS": "100", "SHEPHERD_TODAY": TODAY}


def forked(words: list[str], folder: Path) -> str:
    """What the command ``shepherd`` with *words* prints in *folder*: a process of its own, whose start is spared."""
    with TemporaryDirectory() as beside:
        out, err = Path(beside, "out"), Path(beside, "err")
        started = nursery().start("shepherd.cli:main", words, folder=folder, out=out, err=err, env=settings())
        nursery().ended(started)
        return out.read_text("utf-8") + err.read_text("utf-8")


def shepherd(command: str, folder: Path) -> str:
    """What *command* prints in *folder*, on both channels; what the shell has a part in, the shell runs."""
    if command.startswith("shepherd ") and not re.search(r"[|<>&;$`*?\\]", command):
        return forked(shlex.split(command)[1:], folder)
    script = f'shepherd() {{ "{sys.executable}" -m shepherd "$@"; }}\n{command}\n'
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment(**settings()), capture_output=True, text=True, timeout=120
    )
    return done.stdout + done.stderr


@pytest.fixture(scope="module", autouse=True)
def _read_once() -> Iterator[None]:
    """What is the same in each block's folder, like the connectors, is read once."""
    with readings_kept():
        yield


def test_every_block_has_a_language_that_is_executed() -> None:
    """
    A block without a language, or in one that nothing executes, could rot unseen.
    """
    known = ("yaml", "console", "python", "json")
    strange = (b for b in BLOCKS if b.language not in known and "file=" not in b.more)
    unknown = [f"{b.page.name}:{b.line} {b.language!r}" for b in strange]

    assert unknown == []


def put_files(block: Block, folder: Path, word: str) -> None:
    """Write the files of the same page that *block* names after ``uses=`` or ``with=``."""
    for name in (w for found in re.findall(rf"\b{word}=(\S+)", block.more) for w in found.split(",")):
        source = next(b for b in BLOCKS if b.page == block.page and f"as={name}" in b.more.split())
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(source.text, encoding="utf-8")


def leave_out(folder: Path, text: str) -> None:
    """
    Take out of *folder* the shipped flows that *text* does not lead to, which can't change what is found in it.

    With them go the examples, the scenarios and the promises, which speak of all flows.
    """
    shutil.rmtree(folder / "examples")
    (folder / "promises.yaml").unlink()
    others = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "flows").glob("*.yaml")}
    flows = {name: other for name, other in others.items() if re.search(r"^flow:", other, re.MULTILINE)}
    called_only = {name for name, flow in flows.items() if "\ncalled_only: true\n" in flow}
    needed, todo = set[str](), [text, others["desk"]]
    while todo:
        leading = todo.pop()
        led_to = {name for name in flows if re.search(rf"\b{name}\b", leading)} - needed
        led_to |= {name for name in flows for called in led_to & called_only if f"call: {called}\n" in flows[name]}
        todo += [flows[name] for name in led_to]
        needed |= led_to
    for path in folder.glob("*.yaml"):
        if path.stem.partition(".")[0] in flows.keys() - needed or path.stem.endswith(".scenarios"):
            path.unlink()


@of("yaml")
def test_flows_in_docs_are_what_they_say(block: Block, desk_folder: Path) -> None:
    """
    A flow in the docs is checked beside the shipped ones that it names: it has no findings, or just those of its fence.

    With ``file=`` it is a file of the repository, which is checked where it lies.
    """
    if "file=" in block.more:
        return
    text = whole(block.text)
    first = re.search(r"^(\w+): *(\w*)", text, re.MULTILINE)
    assert first
    kind, name = first.groups()
    leave_out(desk_folder / "flows", text)
    if kind in ("desk", "connectors", "promises"):
        for other in (desk_folder / "flows").glob("*.yaml"):
            other.unlink()
    put_files(block, desk_folder, "with")
    named = re.search(r"\bas=(\S+)", block.more)
    file = named[1] if named else f"flows/{name if kind in ('flow', 'list') else kind}.yaml"
    (desk_folder / file).parent.mkdir(exist_ok=True)
    (desk_folder / file).write_text(text, encoding="utf-8")

    draft = read_draft(desk_folder / "flows")
    # The shipped connectors are there, and most of the flows that use them were left out.
    findings = [f for f in examine(draft) if f.code != "SHP924"]
    expected = re.findall(r"SHP\d+", block.more)
    assert sorted({f.code for f in findings}) == sorted(expected), render(findings, draft.sources)
    if kind == "scenarios":
        assert "0 failed" in shepherd(f"shepherd test {file}", desk_folder)


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_pages_show_files_as_they_are(page: Path, request: pytest.FixtureRequest) -> None:
    """
    A block with ``file=NAME`` shows that file of ``docs/``, whole and to the letter; ``--golden`` brings it in.
    """
    text = page.read_text(encoding="utf-8")
    shown = re.sub(
        r"^```(yaml|csv) file=(\S+)\n.*?^```$",
        lambda found: f"```{found[1]} file={found[2]}\n{(ROOT / 'docs' / found[2]).read_text(encoding='utf-8')}```",
        text,
        flags=re.MULTILINE | re.DOTALL,
    )
    if request.config.getoption("--golden"):
        page.write_text(shown, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == shown


def anchors(text: str) -> set[str]:
    """The names by which a link can lead to a heading of *text*."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_links_lead_somewhere(page: Path) -> None:
    """
    A link names a file of the repository, a heading of a page, or another site.
    """
    lost = []
    for link in re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", page.read_text(encoding="utf-8"))):
        name, _, heading = link.partition("#")
        target = page.parent / name if name else page
        if not link.startswith("https://") and not (
            target.exists() and (not heading or heading in anchors(target.read_text(encoding="utf-8")))
        ):
            lost.append(link)

    assert lost == []


@of("console")
def test_commands_in_docs_print_what_they_say(block: Block, desk_folder: Path) -> None:
    """
    Commands print what the page shows; a line of "…" stands for any lines, and "…" in a line for any text.

    Blocks with the same ``story=NAME`` run one after the other in one folder, as their reader does.
    """
    if {line[2:] for line in block.text.splitlines() if line.startswith("$ ")} <= RUN_BY_CI:
        assert (ROOT / ".ci" / "run").read_text().count("start.py test")
        return
    for part in parts(block):
        put_files(part, desk_folder, "uses")
        printed_as_shown(part, desk_folder)


def printed_as_shown(block: Block, desk_folder: Path) -> None:
    """Run the commands of *block* and compare what they print."""
    for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block.text, re.MULTILINE):
        pattern = re.escape(shown.strip("\n")).replace("…", ".*")
        printed = shepherd(command, desk_folder).strip("\n")

        assert not shown.strip() or re.fullmatch(pattern, printed, re.DOTALL), f"$ {command}\n{printed}"


@of("python")
def test_python_in_docs_runs(block: Block, desk_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Python in the docs runs as it stands, in a folder with the shipped flows.
    """
    monkeypatch.chdir(desk_folder)
    put_files(block, desk_folder, "uses")
    exec(compile(block.text, f"{block.page.name}:{block.line}", "exec"), {"__name__": "__docs__"})


@of("json")
def test_json_in_docs_is_json(block: Block) -> None:
    """
    JSON in the docs can be read.
    """
    assert json.loads(block.text) is not None


@pytest.mark.parametrize("page", ["README.md", "docs/qa.md"])
def test_the_demo_is_read_where_it_is_kept(page: str) -> None:
    """
    The record of the demo is named with its keys as ``start.py`` makes them, so that verify and path find it.
    """
    started = (ROOT / "start.py").read_text(encoding="utf-8")
    folder = re.search(r'data = ROOT / "(\w+)"', started)
    database, keys = (
        re.search(r"sqlite:///\{data / '([^']+)'\}", started),
        re.search(r'str\(data / "([^"]+)"\)', started),
    )
    assert folder
    assert database
    assert keys
    told = " ".join((ROOT / page).read_text(encoding="utf-8").split())

    assert f"--database sqlite:///{folder[1]}/{database[1]} --keys {folder[1]}/{keys[1]}" in told


def test_what_the_readme_gives_to_try_is_in_the_demo() -> None:
    """
    The PINs, orders and items that stand beside a customer are theirs, in the tables of the demo.
    """
    told = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (C-\d+) \| (\d+) \| (.+?) \| (.+?) \|$", told, re.MULTILINE)
    pins = (ROOT / "flows" / "connectors.yaml").read_text(encoding="utf-8")
    tables = {
        name: (ROOT / "flows" / "data" / f"{name}.csv").read_text(encoding="utf-8") for name in ("orders", "charges")
    }
    assert len(rows) == 4
    for customer, pin, orders, items in rows:
        assert f"{customer} {pin}" in pins
        for table, given in (("orders", orders), ("charges", items)):
            numbers = re.findall(r"\b\d{6}\b", given)
            assert numbers
            for number in numbers:
                assert f"\n{number},{customer}," in tables[table]
