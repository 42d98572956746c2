"""Reads folders of CSV files: how each is written, its rows, and what is none."""
