"""Loops need a person, an end, and tries that are counted where one may guess."""

from __future__ import annotations

from shepherd.check.loops import ENDLESS, NO_PERSON, UNGUARDED, loops
from shepherd.flow.model import Flow
from tests.check.hand import draft, flow, step


def codes(*flows: Flow) -> list[tuple[str, str]]:
    return [(f.code, f.step) for f in loops(draft(*flows))]


def test_a_loop_of_automatic_steps_is_an_error():
    """
    Steps that go on by themselves may not lead round.
    """
    one = flow(
        "one",
        step("a", "when:1>b", "otherwise>end", decide=True),
        step("b", "when:1>a", "otherwise>end", decide=True),
        step("end", end="fin"),
    )

    assert codes(one) == [(NO_PERSON.code, "a")]


def test_a_call_that_asks_somebody_is_a_person():
    """
    A called flow in which somebody is always asked makes a loop one that people walk; one with a quiet way does not.
    """
    asking = flow("asking", step("ask", "then>end"), step("end", end="fin"))
    quiet = flow("quiet", step("look", "when:1>ask", "otherwise>end", decide=True), *asking.steps.values())

    def around(callee: str) -> Flow:
        return flow(
            "around",
            step("go", "outcome:fin>again", call=callee),
            step("again", "when:1>go", "otherwise>end", decide=True),
            step("end", end="fin"),
        )

    assert codes(asking, around("asking")) == [(ENDLESS.code, "go")]
    assert codes(quiet, around("quiet")) == [(NO_PERSON.code, "go")]


def test_attempts_end_a_loop_unless_the_way_out_leads_back():
    """
    A loop is bounded by the tries of one of its steps; going round by `out_of_attempts` spends none.
    """

    def restart(out: str) -> Flow:
        return flow(
            "one",
            step("lights", "answer:yes>end", "answer:no>restart"),
            step("restart", "then>lights", f"out_of_attempts>{out}", attempts=2),
            step("end", end="fin"),
        )

    assert codes(restart("end")) == []
    assert codes(restart("lights")) == [(ENDLESS.code, "lights")]


def test_tries_of_one_call_do_not_bound_the_callers_loop():
    """
    `attempts_per: call` starts anew with every call, so a caller may go round for ever; per run it may not.
    """

    def helper(per: str) -> Flow:
        return flow(
            "helper",
            step("ask", "then>end", "out_of_attempts>out", attempts=2, per=per),
            step("end", end="fin"),
            step("out", end="gave_up"),
        )

    caller = flow("caller", step("go", "outcome:fin>go", "outcome:gave_up>end", call="helper"), step("end", end="fin"))

    assert codes(helper("call"), caller) == [(ENDLESS.code, "go")]
    assert codes(helper("run"), caller) == []


def test_guessing_needs_tries_that_outlive_the_run():
    """
    A loop at which a grant is decided is bounded per ticket or customer; per run is not enough.
    """

    def ask(per: str) -> Flow:
        return flow(
            "ask",
            step(
                "street", "answer:right>end+identity", "answer:wrong>street", "out_of_attempts>no", attempts=3, per=per
            ),
            step("end", end="fin"),
            step("no", end="failed"),
        )

    assert codes(ask("run")) == [(UNGUARDED.code, "street")]
    assert codes(ask("ticket")) == []
    assert codes(ask("customer")) == []


def test_a_grant_on_the_outcome_counts_as_decided_at_the_last_step():
    """
    Leaving a loop for an end whose outcome grants is deciding a grant too.
    """
    one = flow(
        "one",
        step("street", "answer:right>end", "answer:wrong>street", "out_of_attempts>no", attempts=3),
        step("end", end="verified"),
        step("no", end="failed"),
        outcomes={"verified": "identity"},
    )

    assert codes(one) == [(UNGUARDED.code, "street")]


def test_a_caller_may_not_repeat_a_single_guess():
    """
    One guess without a count in a called flow is guessing again and again where the caller goes round.
    """

    def single(per: str | None) -> Flow:
        given = {"attempts": 1, "per": per} if per else {}
        edges = ("answer:right>end+identity", "answer:wrong>no", *(("out_of_attempts>no",) if per else ()))
        return flow("single", step("street", *edges, **given), step("end", end="fin"), step("no", end="failed"))

    caller = flow("caller", step("go", "outcome:fin>end", "outcome:failed>go", call="single"), step("end", end="fin"))

    assert codes(single(None), caller) == [(UNGUARDED.code, "go")]
    assert codes(single("ticket"), caller) == [(ENDLESS.code, "go")]


def test_the_way_of_an_unmet_need_is_no_loop():
    """
    A step whose unmet need leads to the step before it is not a loop that people can walk for ever.
    """
    one = flow(
        "one",
        step("identify", "answer:right>book+identity", "answer:wrong>end"),
        step("book", "then>end", "unmet>identify", requires=["identity"]),
        step("end", end="fin"),
    )

    assert codes(one) == []


def test_what_never_ends_is_not_also_called_a_loop():
    """
    Steps that cannot be left for an end are one mistake, found as such.
    """
    one = flow("one", step("a", "answer:x>b", "answer:y>end"), step("b", "then>b"), step("end", end="fin"))

    assert codes(one) == []
