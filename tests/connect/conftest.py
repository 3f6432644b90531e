"""A fake customer base and field-work service, and connectors that ask it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shepherd.connect import Connectors
from shepherd.flow.draft import read_draft
from tests.connect.fake import Fake

DECLARED = """
connectors:
  crm:
    kind: http
    url: CRM_URL
    inside: true
    headers: {{Authorization: "Bearer {{CRM_TOKEN}}"}}
    limits: {limits}
    operations:
      find:
        reads: true
        path: /customers/{{customer_id}}
        query: {{lang: '"en"', fresh: fresh}}
        inputs: {{customer_id: text, fresh: {{type: yes_no, optional: true}}}}
        results:
          ok: {{name: {{type: text, personal: true}}, tier: {{one_of: [basic, premium]}}}}
          not_found: {{}}
        echo: customer_id
        timeout: 1s
        sample: {{customer_id: C-1}}
      book:
        path: /visits
        inputs: {{customer_id: text, why: {{type: text, optional: true}}}}
        results: {{ok: {{slot: datetime}}, full: {{}}}}
        replies:
          - {{where: {{state: full}}, is: full}}
          - {{is: ok, fields: {{slot: visit.starts_at}}}}
        echo: {{customer_id: customer_id}}
        timeout: 1s
        repeatable: true
        sample: {{customer_id: C-1}}
"""


@pytest.fixture
def fake() -> Iterator[Fake]:
    """The server."""
    server = Fake()
    yield server
    server.close()


@pytest.fixture
def open_connectors(fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Connectors]:
    """Connectors to the server, with limits as given."""
    monkeypatch.setenv("CRM_URL", fake.url)
    monkeypatch.setenv("CRM_TOKEN", "s3cr3t-t0k3n")

    def open_(limits: str = "{failures: 100}", zone: str = "UTC", change: Callable[[str], str] = str) -> Any:
        file = tmp_path / "connectors.yaml"
        file.write_text(change(DECLARED.format(limits=limits)).lstrip(), "utf-8")
        draft = read_draft(file)
        assert not draft.findings, draft.findings
        return Connectors(draft.connectors, folder=tmp_path, changes=tmp_path / "changes.db", zone=zone)

    return open_


@pytest.fixture
def connectors(open_connectors: Callable[..., Connectors]) -> Connectors:
    """Connectors whose breaker stays out of the way."""
    return open_connectors()
