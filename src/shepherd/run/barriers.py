"""Where one may not go back: over changes made elsewhere, behind a bar, into a closed flow."""

from __future__ import annotations

from shepherd.run.context import spent
from shepherd.run.keep import fall
from shepherd.run.state import Frame, Run, Visit
from shepherd.run.undo import can_undo


def barrier(run: Run, target: Visit, *, by_system: bool = False, may_undo: bool = False) -> str:
    """
    Why *run* may not go back to *target*, as a sentence; empty where it may.

    *may_undo*: changes that can be taken back elsewhere bar nothing.
    """
    if run.requested and not by_system:
        return "A call is under way. Wait for its result, then go back."
    fallen = fall(run.tip, target.number)
    for visit in fallen:
        step = visit.step
        if step.verb == "do" and visit.result not in ("", "error") and visit.number not in run.undone:
            if may_undo and can_undo(visit, run.undone):
                continue
            return f'"{step.id}" has been done and cannot be taken back. Ask a supervisor if it must be undone.'
        if step.no_going_back and (visit.done or visit.number != target.number) and not by_system:
            return f'There is no going back to or behind "{step.id}".'
    used = "" if by_system else used_up(run, target)
    return used or closed_flow(run.state.frame, target.before.frame)


def used_up(run: Run, target: Visit) -> str:
    """Why there is no going back to *target*, whose tries are spent for good: that would leave it at once."""
    attempts, step = target.step.attempts, target.step
    if attempts is None or attempts.per in ("run", "call") or spent(target.before, step.id, run.spent) < attempts.most:
        return ""
    return f"No try is left at “{step.id.replace('_', ' ').capitalize()}”, and going back gives none."


def told(visit: Visit) -> str:
    """Why there is no going back over *visit*, which bars it, for people who look for a way back."""
    name = visit.step.id.replace("_", " ").capitalize()
    if visit.step.no_going_back:
        return f"There is no going back behind “{name}”, so what came before it stays as it is."
    done = "may have been done, and then" if visit.result == "unknown" else "has been done and"
    return f"“{name}” {done} can’t be taken back, so what came before it stays as it is."


def closed_flow(now: Frame, then: Frame) -> str:
    """Why the place *then* is closed: a flow marked ``no_going_back`` is, inside, once it has ended; else empty."""
    frame: Frame | None = then
    while frame is not None:
        if frame.flow.no_going_back and not _under_way(now, frame):
            return f'"{frame.flow.title}" is over and is not opened again.'
        frame = frame.caller
    return ""


def _under_way(now: Frame, frame: Frame) -> bool:
    """Whether the call that *frame* is a moment of has not ended yet."""
    here: Frame | None = now
    while here is not None:
        if here.opened == frame.opened:
            return True
        here = here.caller
    return False
