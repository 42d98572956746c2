"""Prefect flows: one per kind of source, and the parent that runs them all. Orchestration only."""
