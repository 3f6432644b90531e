"""``shepherd rule``: what a finding's code means, with a wrong and a right example."""

from __future__ import annotations

import click

from shepherd.cli.terminal import echo


@click.command("rule")
@click.argument("code", default="")
@click.pass_context
def command(ctx: click.Context, /, code: str) -> None:
    """Explain CODE (SHP201), with a wrong and a right example; without CODE, list them all."""
    from shepherd.check import RULES
    from shepherd.check.manual import aside, examples
    from shepherd.flow.findings import nearest

    if not code:
        for rule in RULES:
            echo(f"{rule.code}  {rule.name:<32} {rule.severity}")
        return
    wanted = code.strip().upper()
    found = next((r for r in RULES if wanted == r.code or code.strip().lower() == r.name), None)
    if found is None:
        hint = nearest(wanted, [r.code for r in RULES]) or nearest(code, [r.name for r in RULES])
        raise click.UsageError(f'There is no rule "{code}". {hint}'.strip())
    echo(f"{found.code} {found.name}", bold=True, nl=False)
    echo(f"  ({found.severity})\n\n{found.says}")
    for kind in ("wrong", "right"):
        for file, text in examples(found, kind):
            echo(f"\n{kind.capitalize()}: {file}\n")
            echo("".join(f"    {line}" for line in text.splitlines(keepends=True)).rstrip())
    echo(f"\n{aside(found)}")
