"""``shepherd connectors``: trying out the ways to other systems, before a contact depends on them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from shepherd.cli.settings import library_of, library_option, settings
from shepherd.cli.terminal import echo, echo_json
from shepherd.flow.shown import many

if TYPE_CHECKING:
    from shepherd.check.library import Library
    from shepherd.connect import Connectors, Trial
    from shepherd.flow.beside import Connector, Operation


class Tried(NamedTuple):
    """An operation with what came of it, or with why it was not tried."""

    name: str
    operation: Operation
    trial: Trial | None
    left: str = ""

    @property
    def ok(self) -> bool:
        """Whether a declared result came, or nothing was tried."""
        return self.trial is None or self.trial.result in self.operation.results


@click.group("connectors")
def command() -> None:
    """Try out the ways to other systems."""


@command.command("test")
@click.argument("name", default="", metavar="[CONNECTOR[.OPERATION]]")
@click.option("--input", "given", multiple=True, metavar="NAME=VALUE", help="An input, in place of the sample's.")
@click.option("--changes", is_flag=True, help="Try operations that change something, too.")
@click.option("--format", "form", type=click.Choice(["human", "json"]), default="human", show_default=True)
@library_option
@click.pass_context
def test(
    ctx: click.Context, /, name: str, given: tuple[str, ...], changes: bool, form: str, library: Path | None
) -> None:
    """
    Call every operation with the inputs of its `sample`, or one with --input, and say what came back.

    What changes something is left alone without --changes. Values that are personal are not shown.
    """
    folder = settings(library=library).library
    checked = library_of(folder)
    chosen = list(_chosen(checked, name))
    inputs = _inputs(given)
    if inputs and "." not in name:
        raise click.UsageError("--input belongs to one operation. Name it: CONNECTOR.OPERATION.")
    for connector, operation in chosen:
        _known(f"{connector.name}.{operation.name}", operation, inputs)
    with tempfile.TemporaryDirectory() as scratch:
        # What a table would note of a change goes with the scratch folder: the desk's own file stays as it is.
        from shepherd.connect import Connectors

        opened = Connectors(
            checked.connectors,
            folder=folder,
            changes=Path(scratch) / "changes.db",
            zone=checked.policy.time_zone,
        )
        tried = []
        for connector, operation in chosen:
            tried.append(_broken(connector, operation, folder) or _try(opened, connector, operation, inputs, changes))
            if form == "human":
                _human(tried[-1])
    if form == "json":
        echo_json(as_json(tried))
    elif not tried:
        echo("There are no connectors to try.")
    else:
        _left(tried)
    ctx.exit(_code(tried))


def _chosen(library: Library, name: str) -> Iterator[tuple[Connector, Operation]]:
    """The operations that *name* means: one, those of a connector, or all."""
    from shepherd.flow.findings import nearest

    known = {c.name: c for c in library.connectors.values() if c.kind != "ticket"}
    wanted, _, verb = name.partition(".")
    if wanted and wanted not in known:
        raise click.UsageError(f'There is no connector "{wanted}". {nearest(wanted, known)}'.strip())
    for connector in known.values() if not wanted else [known[wanted]]:
        if verb and verb not in connector.operations:
            hint = nearest(verb, connector.operations)
            raise click.UsageError(f'"{wanted}" has no operation "{verb}". {hint}'.strip())
        for operation in connector.operations.values():
            if not verb or operation.name == verb:
                yield connector, operation


def _inputs(given: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise click.UsageError(f'--input "{name}": write NAME=VALUE.')
        found[name] = value
    return found


def _known(name: str, operation: Operation, inputs: Mapping[str, str]) -> None:
    """Wrong use where *inputs* names one that the operation does not have."""
    from shepherd.flow.findings import allowed, nearest

    for given in inputs:
        if given not in operation.inputs:
            hint = nearest(given, operation.inputs) or f"Inputs: {allowed(operation.inputs) or 'none'}."
            raise click.UsageError(f'{name} has no input "{given}". {hint}')


def _broken(connector: Connector, operation: Operation, folder: Path) -> Tried | None:
    """*operation* as failed where its table can't be read or lacks its columns: found without any sample."""
    from shepherd.connect import Trial
    from shepherd.connect.rows import table_faults

    faults = table_faults(connector, folder, [operation]) if connector.kind == "table" else ()
    why = " ".join(map(str, faults))
    return Tried(f"{connector.name}.{operation.name}", operation, Trial("error", why=why)) if why else None


def _try(
    connectors: Connectors, connector: Connector, operation: Operation, given: Mapping[str, str], changes: bool
) -> Tried:
    name = f"{connector.name}.{operation.name}"
    raw = {**operation.settings.get("sample", {}), **given}
    lacking = [n for n, f in operation.inputs.items() if n not in raw and not f.optional]
    if not operation.reads and not changes:
        return Tried(name, operation, None, "it changes something; --changes tries it")
    if lacking:
        give = " ".join(f"--input {one}=…" for one in lacking)
        return Tried(name, operation, None, f"it has no sample of {', '.join(lacking)}; give {give}")
    values = _typed(operation, raw)
    from uuid import uuid4

    return Tried(name, operation, connectors.trial(name, values, key=f"trial-{uuid4()}"))


def _typed(operation: Operation, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs as values of their types; wrong use where one is none."""
    from shepherd.flow.types import Refusal, check_field

    values = {}
    for name, text in raw.items():
        value = check_field(operation.inputs[name], text)
        if isinstance(value, Refusal):
            raise click.UsageError(f"The input {name} does not fit: {value.sentence}")
        if value is not None:
            values[name] = value
    return values


def _human(tried: Tried) -> None:
    trial = tried.trial
    if trial is None:
        echo(f"{tried.name:<24} not tried: {tried.left}.")
        return
    echo(f"{tried.name:<24} ", nl=False)
    echo(trial.result, fg="green" if tried.ok else "red", bold=True, nl=False)
    status = "" if trial.status is None else f", status {trial.status}"
    tries = "" if trial.tries == 1 else f", {trial.tries} tries"
    echo(f" in {trial.seconds:.2f} s{status}{tries}")
    for field, value in _shown(tried).items():
        echo(f"    {field}: {value}")
    if not tried.ok:
        why = trial.why or "it failed; the log says why"
        echo(f"    {why}" if why.endswith((".", "?")) else f"    {why}.")


def _left(tried: list[Tried]) -> None:
    """Say how much of it all was not tried."""
    left = sum(one.trial is None for one in tried)
    if left == len(tried):
        echo("Nothing was tested.", fg="red", err=True)
    elif left:
        echo(f"{left} of {many(len(tried), 'operation')} {'was' if left == 1 else 'were'} not tried.", fg="yellow")


def _shown(tried: Tried) -> dict[str, str]:
    """The fields that came, each as people read it, or hidden where it is a person's."""
    from shepherd.flow.types import to_text

    assert tried.trial is not None
    fields = tried.operation.results.get(tried.trial.result, {})
    return {
        name: "(given; personal)" if fields[name].personal else to_text(value)
        for name, value in tried.trial.values.items()
        if name in fields
    }


def as_json(tried: list[Tried]) -> dict[str, Any]:
    """The object that ``connectors test --format json`` prints."""
    return {
        "shepherd": "connectors test/1",
        "ok": all(t.ok for t in tried) and (not tried or any(t.trial is not None for t in tried)),
        "operations": [
            {
                "operation": t.name,
                "tried": t.trial is not None,
                "ok": t.ok,
                "result": t.trial.result if t.trial else None,
                "fields": _shown(t) if t.trial else {},
                "status": t.trial.status if t.trial else None,
                "seconds": round(t.trial.seconds, 3) if t.trial else None,
                "tries": t.trial.tries if t.trial else 0,
                "why": t.trial.why if t.trial else t.left,
            }
            for t in tried
        ],
    }


def _code(tried: list[Tried]) -> int:
    """
    1 where something did not come back as declared; 3 where all of that is for lack of a setting.

    2 where nothing was tried, for nothing is known then.
    """
    from shepherd.cli.app import ENVIRONMENT, FINE, FOUND, MISUSED

    if tried and all(t.trial is None for t in tried):
        return MISUSED
    bad = [t for t in tried if not t.ok]
    if not bad:
        return FINE
    return ENVIRONMENT if all(t.trial is not None and "is not set" in t.trial.why for t in bad) else FOUND
