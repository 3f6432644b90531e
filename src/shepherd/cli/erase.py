"""``shepherd erase``: a customer's values made unreadable for good."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from shepherd.cli.settings import library_option, open_desk, record_options
from shepherd.cli.terminal import echo
from shepherd.flow.shown import many
from shepherd.run.api import Actor

if TYPE_CHECKING:
    from shepherd.desk.erasing import Erasure

COPIES = "Copies of the key file that were made before can still open them: do away with those, too."


@click.command("erase")
@click.argument("customer")
@click.option("--by", required=True, metavar="NAME", help="Who you are, recorded as given and not proved.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@library_option
@record_options
@click.pass_context
def command(ctx: click.Context, /, customer: str, by: str, yes: bool, **flags: Any) -> None:
    """
    Destroy the keys of CUSTOMER (their number), so that nobody can read what is personal about them in the record.

    What happened stays recorded, and its chain whole; facts about the customer, notes and personal answers read
    "erased". Each of their tickets says who did it, and when. The customer base is another system: erase there what it
    holds.
    """
    desk = open_desk(**flags)
    try:
        found = desk.erasure(customer)
        echo(_told(customer, found))
        if not yes:
            if not sys.stdin.isatty():
                raise click.UsageError("Nobody is there to be asked. Give --yes.")
            click.confirm("Erase them for good?", abort=True)
        gone = desk.erase(found, actor=Actor("agent", by.strip()))
    finally:
        desk.close()
    echo(f"Erased for good. {COPIES}" if gone else "There was no key any more: all was erased before.")


def _told(customer: str, found: Erasure) -> str:
    told = f"Customer {customer}: {many(found.tickets, 'ticket')}, {many(found.runs, 'run')}."
    if not found.under_way:
        return told
    runs = ", ".join(f"{run.number} {run.flow}" for run in found.under_way)
    return f"{told} Under way, and ended by this: {runs}."
