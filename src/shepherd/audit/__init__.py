"""
QA's questions over entries.

    path_rows(library, events) -> list of PathRow     # every visit as the agent saw it, what was taken back too
    rows_of(library, entries) -> list of PathRow      # the same for a record that somebody may have damaged
    marked(rows, broken) -> list of PathRow           # with what verify says, at the rows that it is about
    path_csv(rows, bom=…) -> bytes                    # RFC 4180, safe to open in a spreadsheet
    case_note(run, heading) -> str                    # what a colleague reads first
"""

from shepherd.audit.broken import marked
from shepherd.audit.casenote import Heading, case_note
from shepherd.audit.export import Verdict, path_csv
from shepherd.audit.path import path_rows, rows_of
from shepherd.audit.rows import PATIENCE, PathRow

__all__ = ["PATIENCE", "Heading", "PathRow", "Verdict", "case_note", "marked", "path_csv", "path_rows", "rows_of"]
