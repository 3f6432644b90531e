"""The published examples of ``uk_visa``, turned into scenarios; see ``published``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.flows.published import rows, written

USUAL = {"dual": "no", "document": "passport", "holds": "no", "from_ireland": "no"}
PASSPORTS = {
    "israel": ("israeli_passport", "full"),
    "estonia": ("baltic_passport", "citizen"),
    "latvia": ("baltic_passport", "citizen"),
    "taiwan": ("taiwan_passport", "yes"),
    "venezuela": ("venezuelan_passport", "yes"),
}
OTHER_PASSPORTS = {
    "estonia-alien-passport": ("estonia", "baltic_passport=alien"),
    "latvia-alien-passport": ("latvia", "baltic_passport=alien"),
    "israel-provisional-passport": ("israel", "israeli_passport=provisional"),
    "venezuela": ("venezuela", "venezuelan_passport=no"),
}
LISTED = {
    "visa": ("purpose=tourism family_from_europe=no", "visitor_visa", "Your nationality is on the visa national list."),
    "eta": ("purpose=tourism", "eta", "You need an electronic travel authorisation"),
    "airside": (
        "purpose=transit transit_to=elsewhere border=no transit_document=none",
        "airside_visa",
        "even if you only",
    ),
}


def uk_visa() -> str:
    """``uk_visa.scenarios.yaml``."""
    scenarios = [*map(_listed, rows("uk_visa_lists.csv")), *map(_case, rows("uk_visa_cases.csv"))]
    return written(scenarios, "uk_visa_lists.csv", "uk_visa_cases.csv")


def _listed(row: Mapping[str, str]) -> dict[str, Any]:
    """A nationality on a list: a holiday, or a change of planes, of somebody who has nothing else."""
    answers, outcome, says = LISTED[row["listed"]]
    nationality, special = row["nationality"], ""
    if row["listed"] == "airside":
        nationality, special = OTHER_PASSPORTS.get(nationality, (nationality, ""))
    elif (nationality, row["listed"]) == ("taiwan", "visa"):
        special = "taiwan_passport=no"
    name = f"{row['source']}: {row['printed']} in {row['where']}"
    return _scenario(name, nationality, f"{special} {answers}", outcome, says)


def _case(row: Mapping[str, str]) -> dict[str, Any]:
    name = f"{row['source']}: {row['what']}" + (f" ({row['published']})" if row["published"] else "")
    return _scenario(name, row["nationality"], row["answers"], row["outcome"], row["says"])


def _scenario(name: str, nationality: str, answers: str, outcome: str, says: str) -> dict[str, Any]:
    given = dict(part.split("=", 1) for part in answers.split())
    made = dict(_asked(nationality, given, outcome))
    expect = {"outcome": outcome} | ({"says": [says]} if says else {})
    return {"name": name, "given": {"answers": made}, "expect": expect}


def _asked(nationality: str, given: dict[str, str], outcome: str) -> Iterator[tuple[str, Any]]:
    """The answers that the flow asks for on this way, the usual ones where none is given."""
    yield "nationality", nationality
    if nationality == "ireland":
        return
    answers = {**USUAL, **given}
    yield "dual", answers.pop("dual")
    if given.get("dual"):
        return
    document = answers.pop("document")
    if nationality != "stateless-or-refugee":
        yield "document", document
    if nationality in PASSPORTS and document == "passport":
        step, usual = PASSPORTS[nationality]
        yield step, answers.pop(step, usual)
    resident = answers.pop("from_ireland")
    if "trip" in answers:
        country, age, pupils = answers.pop("trip").split("/")
        answers["school_trip"] = {"from": country, "age": age, "pupils": pupils}
    yield from answers.items()
    if outcome == "eta" or "from_ireland" in given:
        yield "from_ireland", resident
