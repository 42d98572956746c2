"""Validate: which rows of a chunk keep the rules of landing, and which do not and why."""
