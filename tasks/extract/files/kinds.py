"""Recognizes files that are no CSV text, whatever they are called: so that the message says what they are."""

from __future__ import annotations

_SIGNATURES = {
    b"PK\x03\x04": "a ZIP archive or an Excel workbook (.xlsx)",
    b"\xd0\xcf\x11\xe0": "an Excel workbook (.xls)",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
    b"\x1f\x8b": "compressed (gzip)",
    b"BZh": "compressed (bzip2)",
    b"\xfd7zXZ": "compressed (xz)",
    b"(\xb5/\xfd": "compressed (zstd)",
    b"%PDF": "a PDF document",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "an SQLite database",
    b"{\\rtf": "an RTF document",
}
"""What files of a kind begin with."""

_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<table")
_JSON = (b"{", b"[")
_NUL_SHARE = 0.2


def other_kind(start: bytes) -> str | None:
    r"""What kind of file begins like this, None for what may be CSV.

    >>> other_kind(b"PK\x03\x04...")
    'a ZIP archive or an Excel workbook (.xlsx)'
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
