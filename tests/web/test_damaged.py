"""The page of a run whose record is not as it was written: what is wrong, and what to do now."""

import re

import pytest

from shepherd.desk import Desk, Settings
from shepherd.web.app import create_app
from tests.shipped import copy_of_few
from tests.web.conftest import Tab, answer_until, begin
from tests.web.test_qa import damage

DAMAGE = {
    "unreadable": "UPDATE entries SET body = x'ff00ff' WHERE seq = 3",
    "the first": "UPDATE entries SET body = x'ff00ff' WHERE seq = 1",
    "all gone": "DELETE FROM entries",
    "gone": "DELETE FROM entries WHERE seq = 3",
    "another answer": 'UPDATE entries SET body = replace(CAST(body AS TEXT), \'"value":"no"\', \'"value":"x"\')',
    "a document": "UPDATE documents SET body = '{}'",
}


@pytest.fixture(scope="module", params=DAMAGE.values(), ids=DAMAGE)
def damaged(request, tmp_path_factory):
    """A tab of a desk started anew, the address of a run whose record was changed meanwhile, and its ticket."""
    folder = tmp_path_factory.mktemp("damaged")
    library = copy_of_few(folder / "flows")
    settings = Settings(library, f"sqlite:///{folder / 'desk.db'}", str(folder / "keys.db"), "127.0.0.1", 8321)
    first = Desk.open(settings)
    tab = Tab(create_app(first))
    begin(tab, "C-1001")
    answer_until(tab, "What colour")
    run, number = tab.path, re.search(r"T-\d+", tab.text)[0]
    form = tab.form("answer") | {"value": "red"}
    first.close()
    damage(folder, request.param)
    flow = library / "internet_down.yaml"
    flow.write_text(flow.read_text("utf-8").replace("\nversion: 1\n", "\nversion: 2\n"), "utf-8")
    again = Desk.open(settings)
    yield Tab(create_app(again)), run, number, form
    again.close()


def test_it_says_what_is_wrong_and_what_to_do(damaged):
    """409, in words: what is not as it was written, that the ticket is the way on, and who is to be told."""
    tab, run, number, _ = damaged
    tab.get(run)

    assert tab.status == 409
    assert tab.heading == "This run can’t go on"
    assert re.search("not as it was written|does not hold together", tab.text)
    assert f'href="/tickets/{number}"' in tab.text
    assert f"shepherd verify {number}" in tab.text
    path = re.search(r'href="(/qa/runs/[^"]+)"', tab.text)[1]
    assert tab.get(path).status == 200
    assert tab.get(f"/tickets/{number}").status == 200


def test_its_other_pages_and_its_forms_say_the_same(damaged):
    """An answer, a look at what falls away or at how to leave: never a traceback, never a step that can't be taken."""
    tab, run, _, form = damaged
    for path in (f"{run}/hand-over", f"{run}/gone", f"{run}/none-fits", f"{run}/change/2", f"{run}/back/2"):
        assert tab.get(path).status == 409
        assert tab.heading == "This run can’t go on"

    assert tab.post(run, form).status == 409
    assert tab.heading == "This run can’t go on"
