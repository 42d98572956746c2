"""Brings a new source in: proposes its entry from a sample of it, and checks an entry without landing anything.

An engineer runs it (`make add-source`, `make check-source`), against the sandbox or against real sources. Nothing of
the product imports it.
"""
