"""Reads PostgreSQL: one snapshot, streamed, and the rows that it cannot give."""
