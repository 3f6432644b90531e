"""Every shipped flow, done to its end by keys alone, on pages that are light enough for a bad line."""

import pytest

from shepherd.desk.flows import find
from tests import shipped
from tests.browser.keyboard import finish
from tests.browser.walk import CUSTOMER, Sender, shows
from tests.browser.walks import WALKS

HEAVIEST = 30_000


@pytest.fixture(scope="module")
def library(whole_library):
    """All that ships."""
    return whole_library


def test_every_flow_that_can_be_started_is_walked():
    """A flow that is shipped and has no walk here would be one that nobody has finished by keyboard."""
    assert {row.id for row in find(shipped.library(), "", "", 100)} == WALKS.keys()


@pytest.mark.parametrize("flow", WALKS)
def test_a_flow_is_done_by_keys_alone(served, page, flow):
    """From the first step to the code of its end nothing but keys is pressed; no step's page weighs 30 kB."""
    weights = []

    def weigh(reply):
        if reply.request.resource_type == "document" and reply.status == 200:
            weights.append(int(reply.headers["content-length"]))

    page.on("response", weigh)
    Sender(page, served.address).start(CUSTOMER, flow).show()

    assert finish(page, WALKS[flow].answers) == WALKS[flow].code
    shows(page, "Ended")
    assert 0 < max(weights) < HEAVIEST, weights
