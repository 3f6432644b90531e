"""The interpreter: events, state, advance, replay. Pure."""
