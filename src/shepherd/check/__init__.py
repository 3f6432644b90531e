"""The checks, one module per family, and the Library that passed them. Pure."""
