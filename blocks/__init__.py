"""Prefect blocks: the configuration that differs between a laptop, dev, pre and prod."""
