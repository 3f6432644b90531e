"""``shepherd fmt``: files are written whole, only where they change, never where that would change their meaning."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
import yaml

from shepherd.check.library import Library
from shepherd.cli.app import run
from tests.cli.test_check import GOOD

UNTIDY = GOOD.replace("steps:\n", "steps:\n\n\n    # the only one  \n")
TIDY = GOOD.replace("steps:\n", "steps:\n\n  # the only one\n")


@pytest.fixture
def flows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of two flows, of which one is untidy."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "good.yaml").write_text(GOOD)
    (tmp_path / "flows" / "untidy.yaml").write_text(UNTIDY.replace("good", "untidy", 1))
    return tmp_path / "flows"


def test_files_are_formatted_and_mean_the_same(flows: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    Only what changes is written, comments stay, rights stay, and no flow has another hash; nothing is left beside.
    """
    hashes = Library.read(flows).hashes
    os.chmod(flows / "untidy.yaml", 0o640)
    before = (flows / "good.yaml").stat().st_mtime_ns
    assert run(["fmt"]) == 0
    assert capsys.readouterr().out == "Formatted: flows/untidy.yaml\n1 formatted, 1 as they should be.\n"
    assert (flows / "untidy.yaml").read_text() == TIDY.replace("good", "untidy", 1)
    assert (flows / "untidy.yaml").stat().st_mode & 0o777 == 0o640
    assert (flows / "good.yaml").stat().st_mtime_ns == before
    assert Library.read(flows).hashes == hashes
    assert sorted(p.name for p in flows.iterdir()) == ["good.yaml", "untidy.yaml"]
    assert run(["fmt", "--check"]) == 0


def test_check_and_diff_write_nothing(flows: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    They say what would change; --check with 1.
    """
    assert run(["fmt", "--check", "flows"]) == 1
    assert "Not formatted: flows/untidy.yaml" in capsys.readouterr().out
    assert run(["fmt", "--diff", "flows/untidy.yaml"]) == 0
    assert "-    # the only one  \n+  # the only one\n" in capsys.readouterr().out
    assert "the only one  " in (flows / "untidy.yaml").read_text()


def test_a_broken_file_is_left_as_it_is(flows: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    It is named with its finding; the others are formatted all the same.
    """
    (flows / "broken.yaml").write_bytes(b"flow: broken\n   title: [\n")
    (flows / "strange.yaml").write_bytes(b"\xff\xfe")
    assert run(["fmt"]) == 1
    told = capsys.readouterr()
    assert "flows/broken.yaml:2" in told.err
    assert "flows/strange.yaml:1" in told.err
    assert "1 formatted, 2 left as they are, 1 as they should be." in told.out
    assert (flows / "broken.yaml").read_bytes() == b"flow: broken\n   title: [\n"


def test_a_link_stays_a_link(flows: Path, tmp_path: Path) -> None:
    """
    What it leads to is formatted.
    """
    (tmp_path / "elsewhere.yaml").write_text(UNTIDY)
    (flows / "good.yaml").unlink()
    (flows / "good.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    assert run(["fmt", "flows/good.yaml"]) == 0
    assert (flows / "good.yaml").is_symlink()
    assert (tmp_path / "elsewhere.yaml").read_text() == TIDY


def test_a_link_that_leads_out_of_the_folder_is_left_alone(
    flows: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    What lies elsewhere is formatted only where it is named itself.
    """
    (tmp_path / "elsewhere.yaml").write_text(UNTIDY)
    (flows / "good.yaml").unlink()
    (flows / "good.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    assert run(["fmt"]) == 0
    assert "flows/good.yaml: left alone, for it is a link" in capsys.readouterr().err
    assert (tmp_path / "elsewhere.yaml").read_text() == UNTIDY


def test_an_editor_can_pipe_through_it(
    flows: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """
    - formats what comes by stdin; what can't be read goes on as it came, with 1.
    """
    for data, made, code in ((UNTIDY.encode(), TIDY.encode(), 0), (b"a: [", b"a: [", 1)):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
        assert run(["fmt", "-"]) == code
        assert capsysbinary.readouterr().out == made


def test_the_hook_for_pre_commit_tidies_the_library(flows: Path) -> None:
    """
    Its command formats ./flows, whichever of its files were changed; a second time nothing is left to do.
    """
    root = Path(__file__).resolve().parents[2]
    hook = next(h for h in yaml.safe_load((root / ".pre-commit-hooks.yaml").read_text()) if h["id"] == "shepherd-fmt")
    assert (hook["language"], hook["pass_filenames"]) == ("python", False)
    assert run(hook["entry"].split()[1:]) == 0
    assert (flows / "untidy.yaml").read_text() == TIDY.replace("good", "untidy", 1)
    assert run(["fmt", "--check"]) == 0


def test_what_shepherd_writes_is_tidy(flows: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    A new flow, suggested scenarios and a file to be translated are written as the formatter would.
    """
    (flows / "untidy.yaml").unlink()
    assert run(["new", "parcel", "--title", "Parcel: lost", "--category", "orders"]) == 0
    assert run(["translate", "parcel", "de"]) == 0
    assert run(["test", "--suggest", "--save"]) == 0
    capsys.readouterr()
    assert run(["fmt", "--check"]) == 0
    assert capsys.readouterr().out == "0 to be formatted, 5 as they should be.\n"


def test_wrong_use(flows: Path) -> None:
    """
    A file that is not there, or - with others, is wrong use.
    """
    assert run(["fmt", "nowhere.yaml"]) == 2
    assert run(["fmt", "-", "flows"]) == 2
