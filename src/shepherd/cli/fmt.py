"""``shepherd fmt``: files written as their neighbours are, saying the very same."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from shepherd.cli.settings import library_option, settings, shown_file
from shepherd.cli.terminal import echo
from shepherd.cli.writing import write_all
from shepherd.flow.findings import Finding


@click.command("fmt")
@click.argument("paths", nargs=-1, metavar="[FILE|FOLDER|-]...", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 where a file would change.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@library_option
@click.pass_context
def command(ctx: click.Context, /, paths: tuple[Path, ...], check: bool, diff: bool, library: Path | None) -> None:
    """
    Format files of any kind: indentation, blanks, empty lines.

    Comments stay, and nothing changes that a file says: each is compared before it is written, so no hash of a flow
    ever changes. Without FILE the whole library is formatted; - reads from stdin and writes to stdout.
    """
    if "-" in map(str, paths):
        if len(paths) > 1 or check or diff:
            raise click.UsageError("Give - alone.")
        ctx.exit(_piped(sys.stdin.buffer.read()))
    changed: dict[Path, tuple[str, str]] = {}
    left = files = 0
    for file in _files(paths or (settings(library=library).library,)):
        files += 1
        text = _text_of(file)
        made = _formatted(text, file) if text is not None else None
        if text is None or made is None:
            left += 1
        elif made != text:
            changed[file] = text, made
    for file, (before, after) in changed.items():
        if diff:
            _show(file, before, after)
        else:
            echo(f"{'Not formatted' if check else 'Formatted'}: {shown_file(None, str(file))}")
    if not check and not diff:
        write_all({file: after for file, (_, after) in changed.items()})
    echo(_summary(files, len(changed), left, written=not (check or diff)), err=diff)
    ctx.exit(1 if left or (check and changed) else 0)


def _files(paths: tuple[Path, ...]) -> Iterator[Path]:
    """The files that *paths* name, each once."""
    from shepherd.flow.files import files_of

    seen: set[Path] = set()
    for path in paths:
        if not path.exists():
            raise click.UsageError(f"There is no file or folder {path}.")
        found = sorted({*files_of(path), *path.rglob("*.yaml")}) if path.is_dir() else [path]
        for file in found:
            named, target = file == path, _target(file)
            hidden = not named and any(part.startswith(".") for part in file.relative_to(path).parts)
            if target is None or not (named or target.is_relative_to(path.resolve())):
                echo(f"{shown_file(None, str(file))}: left alone, for it is a link that leads out of {path}.", err=True)
            elif target.is_file() and not hidden and target not in seen:
                seen.add(target)
                yield file


def _target(file: Path) -> Path | None:
    """The file itself, behind all links; None where they lead nowhere."""
    try:
        return file.resolve()
    except (OSError, RuntimeError):
        return None


def _text_of(file: Path) -> str | None:
    """The text of *file*; None, and why, where it is none."""
    from shepherd.flow.hazards import decode_yaml
    from shepherd.flow.source import MOST_BYTES

    with file.open("rb") as stream:
        text, findings = decode_yaml(stream.read(MOST_BYTES + 1), shown_file(None, str(file)), MOST_BYTES)
    if text is None:
        _refuse(findings, "")
    return text


def _formatted(text: str, file: Path) -> str | None:
    """*text* formatted; None, and why, where it is left as it is."""
    from shepherd.author.formatting import Unfaithful, Unreadable, formatted

    name = shown_file(None, str(file))
    try:
        return formatted(text, name)
    except Unreadable as error:
        _refuse(error.findings, text)
    except Unfaithful:
        echo(f"{name}: left as it is, for formatting it would change what it says.", err=True)
    return None


def _refuse(findings: list[Finding], text: str) -> None:
    from shepherd.check.report import render_one

    for finding in findings[:3]:
        echo(render_one(finding, text), err=True)
    if len(findings) > 3:
        echo(f"… and {len(findings) - 3} more: see shepherd check.\n", err=True)


def _piped(data: bytes) -> int:
    """Format what came by stdin; where that can't be, it goes on as it came."""
    from shepherd.flow.hazards import decode_yaml
    from shepherd.flow.source import MOST_BYTES

    text, findings = decode_yaml(data, "-", MOST_BYTES)
    if text is None:
        _refuse(findings, "")
    made = _formatted(text, Path("-")) if text is not None else None
    sys.stdout.buffer.write(data if made is None else made.encode("utf-8"))
    return 1 if made is None else 0


def _show(file: Path, before: str, after: str) -> None:
    name = shown_file(None, str(file))
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), name, name, lineterm="")
    for line in lines:
        echo(line, fg={"+": "green", "-": "red"}.get(line[:1]))


def _summary(files: int, changed: int, left: int, *, written: bool) -> str:
    """One line about all of them."""
    done = f"{changed} formatted" if written else f"{changed} to be formatted"
    kept = f", {left} left as they are" if left else ""
    return f"{done}{kept}, {files - changed - left} as they should be."
