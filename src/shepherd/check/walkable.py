"""Whether a draft can be walked at all; nothing is proved about its paths, so that it is quick to ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shepherd.check import calls, grants, handing, limits, loops, names, policy_refs, routes, secrets, targets
from shepherd.check import tables as tables_
from shepherd.check import values as values_
from shepherd.flow.findings import Finding

if TYPE_CHECKING:
    from shepherd.flow.draft import Draft

FAMILIES = (
    targets.targets,
    loops.loops,
    routes.routes,
    calls.calls,
    handing.handing,
    policy_refs.policy_refs,
    grants.grants,
    names.names,
    values_.values,
    limits.limits,
    tables_.tables,
    secrets.secrets,
)


def unwalkable(draft: Draft) -> list[Finding]:
    """The errors of *draft* for which a run could come to nowhere; none where it can be walked."""
    found = [*draft.findings, *(finding for family in FAMILIES for finding in family(draft))]
    return [finding for finding in found if finding.severity == "error"]
