"""The interpreter: events, state, advance, replay. Pure."""

from shepherd.run.engine import Diverged, Erased, Step, advance, held_after, preview, replay, start
from shepherd.run.moving import move
from shepherd.run.waiting import shown

__all__ = ["Diverged", "Erased", "Step", "advance", "held_after", "move", "preview", "replay", "shown", "start"]
