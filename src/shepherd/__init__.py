"""Shepherd: guided conversations for service desks, as text, proved on every path, kept on the ticket."""

__version__ = "0.1.0"
