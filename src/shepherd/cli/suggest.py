"""``shepherd test --suggest``: scenarios for the edges that none takes yet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shepherd.cli.scenarios import to_file
from shepherd.cli.settings import shown_file
from shepherd.cli.terminal import echo
from shepherd.flow.shown import many

if TYPE_CHECKING:
    from shepherd.author import Coverage
    from shepherd.author.report import Report
    from shepherd.author.suggest import Suggested
    from shepherd.check.library import Library


def suggested(library: Library, report: Report, folder: Path, *, save: bool) -> None:
    """Print, or *save*, what each flow of *report* needs so that every edge is walked; say what is not reached."""
    from shepherd.author.suggest import suggest
    from shepherd.author.trail import Crossing
    from shepherd.author.yaml_text import as_yaml
    from shepherd.flow.scenario_files import SUFFIX

    failed = sum(not verdict.ok for verdict in report.verdicts)
    if failed:
        echo(f"{many(failed, 'scenario')} failed; `shepherd test` tells why. What they walked counts here.", err=True)
    for one in report.covered:
        missing = [Crossing(one.flow, way.source, way.by) for way in one.not_walked]
        if not missing:
            continue
        found = suggest(library, one.flow, missing)
        file = (folder / one.file).with_name(f"{one.flow}{SUFFIX}")
        if found.scenarios and save:
            to_file(file, found.scenarios)
        elif found.scenarios:
            echo(f"# {shown_file(folder, file.relative_to(folder).as_posix())}")
            echo(as_yaml(found.scenarios), nl=False)
        _tell(one, found, folder, len(missing))
    if not any(one.not_walked for one in report.covered):
        echo("Every edge is walked.", err=True)


def _tell(one: Coverage, found: Suggested, folder: Path, missing: int) -> None:
    """How many there are, whether there could be fewer, and what they leave."""
    number = len(found.scenarios)
    fewest = "fewer can't" if number <= found.least else f"fewer than {found.least} can't"
    if not found.whole:
        fewest = "perhaps fewer can, for there was more to look at than is looked at"
    reached = missing - len(found.unreached)
    takes = "1 scenario takes" if number == 1 else f"{number} scenarios take"
    echo(f"{one.flow}: {takes} {reached} of the {missing} missing edges; {fewest}.", err=True)
    if not found.unreached:
        return
    why = (
        "no values that the conditions name lead there"
        if found.whole
        else "there was more to look at than is looked at"
    )
    echo(f"Not reached ({why}); write these by hand:", err=True)
    left = {(crossing.source, crossing.by) for crossing in found.unreached}
    for way in one.not_walked:
        if (way.source, way.by) in left:
            echo(f"    {way}  ({shown_file(folder, one.file)}:{way.line})", fg="yellow", err=True)
