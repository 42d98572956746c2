"""How the CSV files of a source are written, in the words of W3C's CSV on the Web (section Dialect Descriptions).

See https://www.w3.org/TR/tabular-metadata/#dialect-descriptions. `escapeChar` is the word of Frictionless Data's table
dialect, `titleLines` and `totalsLine` are words of this project: no standard has any for these.
"""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.alias_generators import to_camel

Delimiter = Annotated[str, StringConstraints(pattern=r"^[\t!#$%&*+,/:;<=>@^|~]$")]
"""One character of ASCII that no name, number or date is written with."""

Prefix = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class TextEncoding(StrEnum):
    """Encodings by their IANA names; each but UTF-16 writes ASCII as ASCII, and a BOM is no part of the text."""

    UTF_8 = "utf-8"
    UTF_16 = "utf-16"
    WINDOWS_1252 = "windows-1252"
    ISO_8859_1 = "iso-8859-1"
    ISO_8859_15 = "iso-8859-15"
    IBM_850 = "ibm850"


class CsvDialect(BaseModel):
    """What a source declares of its files; what it does not is found out for each file, or is as RFC 4180 has it.

    At most `title_lines` lines stand above the header. Lines that begin with `comment_prefix` are none, and neither is
    a file's last one if the first of its values that is not empty begins with the word `totals_line`. An empty
    `quote_char` means that no value is quoted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)

    delimiter: Delimiter | None = None
    quote_char: Annotated[str, StringConstraints(pattern="^[\"']?$")] = '"'
    escape_char: Annotated[str, StringConstraints(pattern=r"^\\$")] | None = None
    encoding: TextEncoding | None = None
    comment_prefix: Prefix | None = None
    title_lines: int = Field(default=0, ge=0, le=100)
    totals_line: Prefix | None = None

    @model_validator(mode="after")
    def _is_no_contradiction(self) -> Self:
        comment = self.comment_prefix or ""
        if self.quote_char and comment.startswith(self.quote_char):
            raise ValueError(f"commentPrefix begins with the quoteChar {self.quote_char}: its lines may be rows")
        if self.delimiter and self.delimiter in comment:
            raise ValueError(f"commentPrefix has the delimiter {self.delimiter!r} in it: its lines may be rows")
        if self.escape_char and not self.quote_char:
            raise ValueError("escapeChar needs a quoteChar: nothing is to be escaped where nothing is quoted")
        if comment and self.totals_line and folded(self.totals_line).startswith(folded(comment)):
            raise ValueError("totalsLine begins with the commentPrefix: that line is a comment already")
        return self


def folded(name: str) -> str:
    r"""A name or word without what branches write differently: case, accents, blanks around or in a row, a BOM.

    >>> folded("\ufeff  Data  da OPERAÇÃO ")
    'data da operacao'
    """
    letters = unicodedata.normalize("NFKD", name.replace("\ufeff", ""))
    return " ".join("".join(one for one in letters if not unicodedata.combining(one)).casefold().split())
