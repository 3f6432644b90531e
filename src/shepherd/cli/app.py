"""The ``shepherd`` command and its exit codes. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

import importlib
import io
import os
import sys

import click

from shepherd.cli.terminal import echo

FINE, FOUND, MISUSED, ENVIRONMENT, INTERRUPTED = 0, 1, 2, 3, 130

_WRONG_USE = ("Misused", "Unknown", "NotFound", "Malformed")

COMMANDS = {
    "new": "Write a new flow with its first scenario.",
    "import": "Read a tree from CSV, Mermaid or BPMN into a flow.",
    "check": "Say what is wrong with a library of flows.",
    "workshop": "Show the flows in a browser as you write them.",
    "run": "Walk a flow in the terminal, by hand or by a file of answers.",
    "draw": "Draw a flow, and a recorded run over it.",
    "test": "Walk the scenarios beside the flows, and count what they cover.",
    "diff": "Say what differs between two versions of flows, and whom it affects.",
    "explain": "Tell a flow in plain sentences.",
    "fmt": "Format files; what they say stays the same.",
    "rename": "Give a step another name wherever it is named.",
    "lsp": "Answer an editor: findings, names, completion.",
    "translate": "Write down a flow's words to be translated.",
    "replay": "Walk the last recorded runs over a draft, and say what would differ.",
    "publish": "Propose, approve and date a version of the flows, or go back to one.",
    "move": "Move runs under way to the flows as they are now, where that is safe.",
    "path": "Show what was recorded on a ticket.",
    "verify": "Prove that the record is as it was written.",
    "erase": "Make what is personal about a customer unreadable for good.",
    "serve": "Serve the desk to a browser.",
    "doctor": "Say what a desk lacks, and the command that mends it.",
    "rule": "Explain a finding's code, with a wrong and a right example.",
    "connectors": "Try out the ways to other systems.",
    "db": "Look after the database.",
}

#: The module of a command that may not bear its name.
MODULES = {"import": "importing"}

EPILOG = """\b
Examples:
  shepherd new parcel_lost                    a first flow of your own
  shepherd check --watch                      what is wrong in ./flows, each time that you save
  shepherd test                               walk their scenarios
  shepherd run internet_down                  try a flow by hand
  shepherd serve --demo                       a desk to look at, with customers

\b
Exit codes: 0 fine, 1 findings, failed scenarios, shut gates or a broken chain,
2 wrong use, 3 environment (database, files, settings), 130 interrupted.
"""


class Commands(click.Group):
    """Commands by name; the module of one is imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, in the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command *name*, or None."""
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"shepherd.cli.{MODULES.get(name, name)}")
        found = getattr(module, "command", None)
        return found if isinstance(found, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One line each, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(None, "--version", package_name="shepherd", message="shepherd %(version)s")
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Colour what is printed (auto: where it goes to a terminal, and NO_COLOR is not set).",
)
@click.pass_context
def shepherd(ctx: click.Context, color: str) -> None:
    """Guided conversations for service desks: proved, walked, recorded."""
    ctx.color = {"always": True, "never": False}.get(color, _color())


def _color() -> bool | None:
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return True if os.environ.get("FORCE_COLOR") else None


def run(arguments: list[str]) -> int:
    """Run the command line *arguments*; its exit code."""
    try:
        code = shepherd.main(args=arguments, prog_name="shepherd", standalone_mode=False)
    except click.ClickException as error:
        said = io.StringIO()
        error.show(said)
        echo(said.getvalue(), nl=False, err=True)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        echo("Interrupted.", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - the reader has gone; nothing to flush to
        return FINE
    except OSError as error:
        return complain(f"{getattr(error, 'filename', None) or ''} {getattr(error, 'strerror', None) or error}".strip())
    except Exception as error:
        sentence = getattr(error, "sentence", None)
        if sentence is None:
            raise
        return complain(sentence, MISUSED if type(error).__name__ in _WRONG_USE else ENVIRONMENT)
    return code if isinstance(code, int) else FINE


def complain(sentence: str, code: int = ENVIRONMENT) -> int:
    """Say on stderr why nothing came of it."""
    echo(f"Error: {sentence}", err=True)
    return code
