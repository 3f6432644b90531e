"""What is read from files and what is loaded from documents is one library."""

from __future__ import annotations

from pathlib import Path

from shepherd.check.library import Library
from tests.publish.shelf import files_in

CONNECTORS = """
connectors:
  base:
    kind: table
    file: base.csv
    key: customer_id
    operations:
      find: {reads: true, inputs: {customer_id: text}, results: {ok: {tier: text}, not_found: {}}}
"""


def test_a_table_in_a_subfolder_is_found_from_documents(tmp_path: Path) -> None:
    """A data file is named relative to its connectors.yaml; kept by hash, it is named as the library knows it."""
    folder = files_in(tmp_path / "flows")
    (folder / "policy").mkdir()
    (folder / "policy" / "connectors.yaml").write_text(CONNECTORS.lstrip(), "utf-8")
    (folder / "policy" / "base.csv").write_text("customer_id,tier\nC-1,basic\n", "utf-8")
    read = Library.read(folder)
    loaded = Library.load({name: read.document(hash_) for name, hash_ in read.hashes.items()})

    assert read.connectors["base"].settings["file"] == "policy/base.csv"
    assert loaded.connectors["base"].settings == read.connectors["base"].settings
    assert dict(loaded.hashes) == dict(read.hashes)
