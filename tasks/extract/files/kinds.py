"""Recognizes what a file is from its first bytes, whatever it is called: so that messages say what is no CSV text."""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum

_SIGNATURES = {
    b"\xd0\xcf\x11\xe0": "an Excel workbook (.xls)",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
    b"BZh": "compressed (bzip2)",
    b"\xfd7zXZ": "compressed (xz)",
    b"(\xb5/\xfd": "compressed (zstd)",
    b"7z\xbc\xaf": "compressed (7-Zip)",
    b"Rar!": "compressed (RAR)",
    b"\x1f\x8b": "compressed (gzip) twice",
    b"PK\x03\x04": "compressed (ZIP) twice",
    b"%PDF": "a PDF document",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "an SQLite database",
    b"{\\rtf": "an RTF document",
}
"""What files of a kind begin with, once they are unpacked."""

_OFFICE = {
    "xl/": "an Excel workbook (.xlsx)",
    "word/": "a Word document (.docx)",
    "content.xml": "an OpenDocument file",
}
"""What archives of office programs hold."""

_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<table")
_JSON = (b"{", b"[")
_NUL_SHARE = 0.2


class Packing(Enum):
    """How a file is compressed that is read all the same, by what it begins with (an archive of no file: the third)."""

    GZIP = (b"\x1f\x8b",)
    ZIP = (b"PK\x03\x04", b"PK\x05\x06")


def packing(start: bytes) -> Packing | None:
    r"""How a file that begins like this is compressed, None if it is not.

    >>> packing(b"\x1f\x8b\x08\x00")
    <Packing.GZIP: (b'\x1f\x8b',)>
    """
    return next((one for one in Packing if start.startswith(one.value)), None)


def zip_kind(members: Collection[str]) -> str | None:
    """What an archive with members of those names is, None for one that is just an archive.

    >>> zip_kind(["[Content_Types].xml", "xl/workbook.xml"])
    'an Excel workbook (.xlsx)'
    """
    return next((kind for start, kind in _OFFICE.items() if any(name.startswith(start) for name in members)), None)


def other_kind(start: bytes) -> str | None:
    r"""What kind of file begins like this, None for what may be CSV.

    >>> other_kind(b"%PDF-1.7")
    'a PDF document'
    >>> other_kind(b"cpf;email") is None
    True
    """
    for signature, kind in _SIGNATURES.items():
        if start.startswith(signature):
            return kind
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(_MARKUP):
        return "HTML or XML"
    if text.startswith(_JSON):
        return "JSON"
    return "UTF-16 text or a binary file" if start.count(0) > _NUL_SHARE * len(start) else None
