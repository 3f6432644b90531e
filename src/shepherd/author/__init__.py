"""The designer's tools."""
