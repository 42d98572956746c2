"""Erasure: a person's rows taken out of every table, because they asked for it."""
