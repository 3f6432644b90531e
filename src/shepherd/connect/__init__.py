"""Connectors: declared ways to other systems."""
