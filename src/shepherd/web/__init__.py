"""The pages: they parse, call the desk and show. No rule lives here."""
