"""Generates the sandbox's sources: the same rows for the same seed, with a stated share of every kind of dirt.

A row is a pure function of (seed, source kind, row number, generation), so any part of the data can be made on its own,
in any order, in bounded memory. Generation 0 seeds the sources; each later generation adds rows and corrects earlier
ones. What all datasets are made with stands here, what is one dataset's alone in the folder of its name.
"""
