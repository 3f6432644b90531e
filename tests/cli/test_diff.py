"""``shepherd diff``: versions from files, folders, git and the record; what it tells, and how it ends."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from shepherd.cli.app import run
from tests.author.test_compare import SMALL, draft

FLOWS = Path(__file__).resolve().parents[2] / "flows"
TEN, TWENTY = "count to ten", "count to twenty"


def library(folder: Path, *names: str) -> Path:
    """A library of a few shipped flows."""
    folder.mkdir(parents=True)
    for name in names or ("internet_down", "authentication", "closing"):
        for file in FLOWS.glob(f"{name}.yaml"):
            shutil.copy(file, folder)
    shutil.copy(FLOWS / "connectors.yaml", folder)
    desk = (FLOWS / "desk.yaml").read_text("utf-8").splitlines(keepends=True)
    (folder / "desk.yaml").write_text("".join(line for line in desk if "_approved:" not in line), "utf-8")
    shutil.copytree(FLOWS / "data", folder / "data")
    return folder


def edited(folder: Path, *edits: tuple[str, str], name: str = "internet_down") -> Path:
    file = folder / f"{name}.yaml"
    text = file.read_text("utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two versions: other words, another limit, an answer that leads elsewhere."""
    folder = tmp_path_factory.mktemp("two")
    first = library(folder / "a")
    return first, edited(
        library(folder / "b"),
        (TEN, TWENTY),
        ("down_mbps < 20", "down_mbps < 25"),
        ("then: check_power", "then: restart"),
    )


def told(capsys: pytest.CaptureFixture[str], *arguments: str | Path, code: int = 0) -> str:
    assert run(["diff", *map(str, arguments)]) == code
    return capsys.readouterr().out


def test_it_speaks_of_steps_answers_words_and_paths(two: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """One plain sentence for each change, and for each place where paths part."""
    text = " ".join(told(capsys, *two).split())
    assert text.startswith("1 flow differs. internet_down: The customer has no internet")
    assert "At check_lights, the answer dark leads to restart, and led to check_power." in text
    assert "The value slow is speed.down_mbps < 25, and was speed.down_mbps < 20." in text
    assert f"{TWENTY}, and switch it on again.”, and was “" in text
    assert "internet_down/check_lights (dark): it came to internet_down/check_power" in text
    assert "internet_down/measure (down_mbps 20, wired yes)" in text


def test_what_only_one_version_has_is_told_in_whole_sentences(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A scenario that only one version can walk, and a desk.yaml that is there or is not."""
    flow = "outcomes: {done: {resolves: true}}\nsteps: {hello: {say: Good morning., end: done}}\n"
    scenario = "scenarios:\n  - {name: Hello, given: {}, expect: {outcome: done, path: [hello]}}\n"
    for name, words in (("a", ("one",)), ("b", ("one", "two"))):
        folder = tmp_path / name
        folder.mkdir()
        for word in words:
            head = f"flow: {word}\ntitle: {word}\ncategory: orders\nversion: 1\n"
            (folder / f"{word}.yaml").write_text(head + flow, "utf-8")
            (folder / f"{word}.scenarios.yaml").write_text(scenario, "utf-8")
    (tmp_path / "a" / "desk.yaml").write_text("desk: mine\n", "utf-8")
    text = " ".join(told(capsys, tmp_path / "a", tmp_path / "b").split())
    assert "What the desk sets (desk.yaml) is gone." in text
    assert "two “Hello”, as it is written now, can be walked over the later version alone." in text


def test_json_is_one_stable_object_and_the_same_each_time(two: tuple[Path, Path]) -> None:
    """``diff/1``, whatever order sets have in a process."""
    outputs = set()
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-m", "shepherd", "diff", *map(str, two), "--format", "json"],
            capture_output=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
        )
        outputs.add(done.stdout)
    (output,) = outputs
    shown = json.loads(output)
    assert (shown["shepherd"], shown["same"]) == ("diff/1", False)
    (flow,) = shown["flows"]
    assert {"how", "kind", "name", "before", "after", "was", "step", "earlier", "text"} == set(flow["changes"][0])
    assert {
        "before": {"step": "check_lights", "by": "answer:dark", "to": "check_power"},
        "after": {"step": "check_lights", "by": "answer:dark", "to": "restart"},
        "pointed": True,
        "reworded": False,
    } in flow["edges"]
    assert shown["runs"] is None
    assert shown["paths"][0]["whole"] is True


def test_a_renamed_answer_is_told_as_that_in_every_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence in text and Markdown, one change and one edge in JSON; another label is told beside it."""
    draft(tmp_path / "a", SMALL)
    draft(tmp_path / "b", SMALL.replace("no: {label: It is off", "dark: {label: It is dark"))
    said = "At switch, the answer no is called dark now."
    reads = "At switch, the answer dark reads “It is dark”, and read “It is off”."
    assert f"- {said}\n- {reads}\n" in told(capsys, tmp_path / "a", tmp_path / "b")
    assert f"- {said}\n- {reads}\n" in told(capsys, tmp_path / "a", tmp_path / "b", "--format", "markdown")
    shown = json.loads(told(capsys, tmp_path / "a", tmp_path / "b", "--format", "json"))
    (flow,) = shown["flows"]
    assert [(c["how"], c["name"], c["earlier"], c["before"], c["after"]) for c in flow["changes"]] == [
        ("renamed", "dark", "", "no", "dark"),
        ("changed", "dark", "no", "It is off", "It is dark"),
    ]
    sides = [{"step": "switch", "by": f"answer:{by}", "to": "turn"} for by in ("no", "dark")]
    assert flow["edges"] == [{"before": sides[0], "after": sides[1], "pointed": False, "reworded": True}]
    assert shown["paths"][0]["partings"] == []


def test_markdown_acts_on_nothing_that_a_flow_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither a mention, nor a link, nor HTML gets through to the page of a merge request."""
    after = edited(library(tmp_path / "b"), (TEN, "ask @all or [us](http://x) <b>#12 `x`"))
    text = told(capsys, library(tmp_path / "a"), after, "--format", "markdown")
    assert text.startswith("## Flows: ")
    assert "### internet\\_down: The customer has no internet" in text
    assert "ask &#64;all or \\[us\\](http://x) &lt;b&gt;&#35;12 \\`x\\`" in text


def test_it_ends_with_nought_unless_asked_otherwise(two: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """Differences are no findings; --exit-code makes them so for scripts. The same library is told in one line."""
    assert told(capsys, two[0], two[0]) == "Nothing differs that means anything.\n"
    told(capsys, *two, "--exit-code", "--weigh", "0", code=1)
    told(capsys, two[0], two[0], "--exit-code")


def test_a_version_that_cannot_be_read_whole_is_not_compared(
    two: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What its mistakes hide would look as if it were gone."""
    broken = edited(library(tmp_path / "b"), ("  greet:\n", "  greet:\n    sayy: Hello\n"))
    assert run(["diff", str(two[0]), str(broken)]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "sayy" in shown.err
    assert "hide some of it" in shown.err


def test_a_version_that_does_not_pass_its_checks_is_compared_and_not_walked(
    two: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What differs is told; of paths and scenarios it is said why they are not."""
    loose = edited(library(tmp_path / "b"), ("then: check_power", "then: chek_power"))
    text = told(capsys, two[0], loose)
    assert "the answer dark leads to chek_power" in text
    assert "does not pass its checks" in " ".join(text.split())


def test_one_flow_is_compared_alone(two: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """By --flow, or as a file of each; a name that there is not is wrong use."""
    a, b = two
    for arguments in ((a, b, "--flow", "closing"), (a / "closing.yaml", b / "closing.yaml")):
        assert told(capsys, *arguments).startswith("Nothing differs")
    assert "internet_down" in told(capsys, a / "internet_down.yaml", b / "internet_down.yaml", "--weigh", "0")
    told(capsys, a, b, "--flow", "clossing", code=2)
    told(capsys, a, b / "desk.yaml", code=2)


# --- git --------------------------------------------------------------------------------------------


def git(folder: Path, *arguments: str) -> str:
    quiet = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    who = ["-c", "user.name=D", "-c", "user.email=d@example.com", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *who, *arguments], cwd=folder, env=quiet, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with two commits of a library in ``here/flows``, and attributes that hide."""
    top = tmp_path_factory.mktemp("repository")
    git(top, "init", "-q", "-b", "main")
    flows = library(top / "here" / "flows")
    (top / ".gitattributes").write_text("here/flows/closing.yaml export-ignore\n*.yaml export-subst\n")
    (flows / "away.yaml").symlink_to("/etc/passwd")
    git(top, "add", "-A")
    git(top, "commit", "-qm", "first")
    git(top, "tag", "v1")
    edited(flows, (TEN, TWENTY))
    git(top, "commit", "-qam", "second")
    (flows / "away.yaml").unlink()
    return top


def test_revisions_are_read_as_they_are_stored(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """REV is the library there, REV:PATH a folder or a flow; no attribute leaves anything out, no link is followed."""
    monkeypatch.chdir(repository / "here")
    assert told(capsys, "HEAD").startswith("Nothing differs")
    for arguments in (
        ["v1"],
        ["v1:here/flows", "HEAD:here/flows"],
        ["v1:here/flows/internet_down.yaml", "HEAD"],
        ["v1:./flows"],
        ["HEAD~1:here/flows/", "flows"],
    ):
        text = told(capsys, *arguments, "--weigh", "0")
        assert text.startswith("1 flow differs."), arguments
        assert TWENTY in text
    before = {path for path in repository.rglob("*") if ".git" not in path.parts}
    assert {path for path in repository.rglob("*") if ".git" not in path.parts} == before


@pytest.mark.parametrize(
    "name",
    ["--upload-pack=x", "-x", "v1:../../etc", "v1:nowhere", "nothing", "HEAD:here/flows/desk.yaml", "", ":"],
)
def test_what_is_no_revision_is_wrong_use(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """No name is an option to git, none leads out of the repository, and each is answered by a sentence."""
    monkeypatch.chdir(repository / "here")
    assert run(["diff", "--", name]) == 2
    assert "Error: " in capsys.readouterr().err


def test_without_git_or_a_repository_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A name of nothing is wrong use there too."""
    library(tmp_path / "flows", "closing")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert run(["diff", "HEAD"]) == 2
    monkeypatch.setenv("PATH", "")
    assert run(["diff", "HEAD"]) == 2
    assert "no revision of git" in capsys.readouterr().err


# --- the record -------------------------------------------------------------------------------------


def test_a_recorded_document_is_known_by_the_first_digits_of_its_hash(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is compared with what stands in its place now; digits that fit several are refused."""
    from shepherd.check.library import Library
    from shepherd.desk import Desk, Settings, new_id
    from shepherd.run.api import Actor

    flows = library(tmp_path / "flows")
    settings = Settings(flows, f"sqlite:///{tmp_path / 'r.db'}", str(tmp_path / "k.db"), "127.0.0.1", 0)
    desk = Desk.open(settings)
    maria = Actor("agent", "Maria")
    ticket = desk.open_ticket("C-1001", channel="phone", subject="", actor=maria, token=new_id())
    desk.start(ticket.head.id, "internet_down", actor=maria, token=new_id())
    desk.close()
    hashes = Library.read(flows).hashes
    where = ["--library", str(flows), "--database", settings.database, "--keys", settings.keys, "--weigh", "0"]
    edited(flows, (TEN, TWENTY))
    assert TWENTY in told(capsys, hashes["flow:internet_down"][:12], *where)
    assert told(capsys, hashes["flow:closing"], *where).startswith("Nothing differs")
    assert told(capsys, hashes["desk"][:10], *where).startswith("Nothing differs")
    told(capsys, hashes["connectors:line"], *where, code=2)
    told(capsys, "0" * 12, *where, code=2)
