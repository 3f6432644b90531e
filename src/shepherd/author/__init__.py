"""The designer's tools: scenarios that walk a flow as a script says, and what they cover. Pure."""

from shepherd.author.coverage import Coverage, cover
from shepherd.author.play import Played, play
from shepherd.author.scenarios import Verdict, Walked, judge, run_scenario, walk
from shepherd.flow.given import Expect, Given, Malformed, Scenario, read_given
from shepherd.flow.scenario_files import place_of, read_scenarios, scenarios_in

__all__ = [
    "Coverage",
    "Expect",
    "Given",
    "Malformed",
    "Played",
    "Scenario",
    "Verdict",
    "Walked",
    "cover",
    "judge",
    "place_of",
    "play",
    "read_given",
    "read_scenarios",
    "run_scenario",
    "scenarios_in",
    "walk",
]
