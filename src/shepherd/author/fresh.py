"""A new flow with its first scenario, as texts: small, right as it stands, and meant to be changed."""

from __future__ import annotations

import json
import re

FLOW = """# yaml-language-server: $schema={schema}
# Change the words first, then the ways. `shepherd check` says what is wrong, `shepherd test` walks the scenarios.
flow: {id}
title: {title}
category: {category}
version: 1
{owner}outcomes:
  settled: {{resolves: true}}
  left_open: {{resolves: false}}
steps:
  greet:
    say: Good morning, this is the service desk.
  settled_now:
    ask: Can this be settled on the line?
    answers:
      yes: close
      no: leave_open
  close:
    say: Thank you for calling. Goodbye.
    end: settled
  leave_open:
    say: I will pass this on, and you will hear from us.
    end: left_open
"""

FOR_NOW = "  # the desk, for now: write who answers for this flow"

SCENARIOS = """# What is given, and what must come of it. No scenario answers "no" yet: copy this one, and do.
# A step that you add and that asks needs its answer here, under its name; for all names that change at once:
#   shepherd rename {id}/settled_now OTHER_NAME
scenarios:
  - name: It is settled on the line
    given:
      answers: {{settled_now: yes}}
    expect:
      outcome: settled
      path: [..., settled_now, ..., close]  # ... is any steps, or none
"""

_PLAIN = re.compile(r"[^\W\d_][\w ’(),.!?/-]*")


def fresh_flow(id: str, *, title: str, category: str, schema: str, owner: str = "", desk: str = "") -> str:
    """
    The text of a flow that greets, asks one thing and ends.

    *schema* is what editors are to hold it against, *owner* who answers for it. Without one it is
    the *desk* for now, and the text says so; nobody where that has no name either.
    """
    owned = f"owner: {_scalar(owner)}\n" if owner else f"owner: {_scalar(desk)}{FOR_NOW}\n" if desk else ""
    return FLOW.format(id=id, title=_scalar(title), category=category, schema=schema, owner=owned)


def fresh_scenarios(id: str) -> str:
    """The text of the scenarios beside :func:`fresh_flow`: one, which takes one of its two ways."""
    return SCENARIOS.format(id=id)


def title_of(id: str) -> str:
    """The title that an id suggests: ``parcel_lost`` → "Parcel lost"."""
    return id.replace("_", " ").capitalize()


def _scalar(text: str) -> str:
    """*text* as YAML that says the very same: in quotes where it could mean something else."""
    return text if _PLAIN.fullmatch(text) and text == text.strip() else json.dumps(text, ensure_ascii=False)
