"""Prefect flows: one that ingests a source, and the parent that runs all of a dataset. Orchestration only."""
