"""The large examples on the pages: a desk of their own, whole walks, and every figure as it was published."""

from __future__ import annotations

from pathlib import Path

import pytest

from shepherd.desk import Desk, Settings
from shepherd.web.app import create_app
from tests.web.conftest import ROOT, Tab, begin


@pytest.fixture
def helpline(tmp_path: Path):
    """A tab of a desk that runs the examples, and only these."""
    store = f"sqlite:///{tmp_path / 'desk.db'}"
    opened = Desk.open(Settings(ROOT / "flows" / "examples", store, str(tmp_path / "keys.db"), "127.0.0.1", 8321))
    yield Tab(create_app(opened))
    opened.close()


def test_sick_pay_on_the_pages(helpline: Tab) -> None:
    """GOV.UK's own result for 21 March to 13 June 2018: £1,062.92 for 58 days."""
    begin(helpline, "", "sick_pay")
    helpline.act("answer", m__other_pay=[""])
    helpline.act("answer", value="yes")
    helpline.act("fields", f__first="2018-03-21", f__last="2018-06-13")
    helpline.act("answer", value="no")
    helpline.act("answer", m__work_days=["monday", "tuesday", "wednesday", "thursday", "friday"])
    helpline.act("answer", value="eight_weeks")
    helpline.act("answer", value="by_weeks")
    helpline.act("answer", f__paid_by_weeks="2440.00")
    assert "entitled to sick pay for 58 days. The total is £1,062.92." in helpline.text
    assert "SSP-DUE" in helpline.text


def test_a_visa_on_the_pages(helpline: Tab) -> None:
    """A long list is offered while one types; the answer names the visa and why it is needed."""
    begin(helpline, "", "uk_visa")
    assert helpline.text.count("<option") > 200
    helpline.act("answer", f__nationality="st-lucia")
    for answer in ("no", "passport", "no", "transit", "elsewhere", "no"):
        helpline.act("answer", value=answer)
    helpline.act("answer", f__transit_document="none")
    assert "You need a Direct Airside Transit visa" in helpline.text
    assert "Your nationality is on the visa national list." in helpline.text
    assert "This nationality needs a visa since" in helpline.text
    assert "UK-AIRSIDE" in helpline.text
