r"""Reads `\"` and `\\` within quoted values, as files are written whose quotes are escaped rather than doubled.

What cuts lines into records knows doubled quotes alone. So escapes are hidden from it, each behind a code point that
Unicode keeps out of all texts, and come back as what they mean: in a quoted value the character, elsewhere both.
"""

from __future__ import annotations

import polars as pl

from tasks.extract.files.records import Grammar

_QUOTE, _ESCAPE, _WAS_QUOTED = "\ufdd0", "\ufdd1", "\ufdd2"


class Escapes:
    """The escapes of a dialect with that quote and that escape character."""

    def __init__(self, quote: str, escape: str) -> None:
        """Note what is hidden."""
        self._as_written = {_ESCAPE: escape + escape, _QUOTE: escape + quote}
        self._as_meant = {_ESCAPE: escape, _QUOTE: quote}

    def hidden(self, lines: pl.Series) -> pl.Series:
        """The lines with their escapes hidden."""
        for hidden, written in self._as_written.items():
            lines = lines.str.replace_all(written, hidden, literal=True)
        return lines

    def written(self, texts: pl.Expr) -> pl.Expr:
        """Hidden escapes as they stand in the file."""
        return texts.str.replace_many(self._as_written)

    def marked(self, records: pl.Series, grammar: Grammar) -> pl.Series:
        """The records with a mark in each quoted value, by which `meant` knows it once it is parsed."""
        return records.str.replace_all(grammar.quoted_value, f"${{1}}{grammar.quote}{_WAS_QUOTED}${{2}}{grammar.quote}")

    def meant(self, values: pl.Expr) -> pl.Expr:
        """Parsed values with what their escapes mean."""
        quoted = values.str.strip_prefix(_WAS_QUOTED).str.replace_many(self._as_meant)
        value = pl.when(values.str.starts_with(_WAS_QUOTED)).then(quoted).otherwise(self.written(values))
        return pl.when(value != "").then(value)
