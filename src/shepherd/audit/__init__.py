"""QA's questions over entries."""
