"""Which changes may lead a run elsewhere. Pure."""

from __future__ import annotations

from shepherd.author.difference import Change

#: What people read, and by which no run finds its way; and the parts of the desk that are as quiet.
QUIET = frozenset({"words", "text", "tag", "translation", "answer", "option", "order"})
HEADS = frozenset({"title", "category", "version", "owner", "review_by", "audience", "called_only"})


def may_lead(change: Change) -> bool:
    """Whether *change* may lead a run elsewhere."""
    if (change.how, change.kind) == ("renamed", "answer"):
        return True  # a condition may read its value
    if change.kind in QUIET:
        return change.kind == "order" and change.name.endswith(("branches", "rows"))
    if change.kind == "head":
        return change.name not in HEADS
    return change.kind != "desk" or change.name.startswith("assurances")


def counts_days(change: Change) -> bool:
    """Whether *change* may lead a run elsewhere by how working days are counted."""
    return may_lead(change) and "workdays(" in change.before + change.after
