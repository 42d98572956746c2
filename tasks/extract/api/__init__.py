"""Reads JSON APIs: pages, their items, and what goes wrong on the way."""
