"""A text file's encoding: the declared one, unless the file says another, or else found out from its bytes."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from contracts.sources.csv_dialect import TextEncoding
from tasks.errors import StructureError

UTF_8, WINDOWS_1252 = "utf-8", "cp1252"

_CODECS = {TextEncoding.UTF_16: UTF_8, TextEncoding.WINDOWS_1252: WINDOWS_1252, TextEncoding.IBM_850: "cp850"}
"""Python's names, where they are others; of UTF-16, UTF-8 was made before."""

_READ_BYTES = 1024 * 1024
_BEYOND_ASCII = bytes(range(0x80, 0x100))


def codec(path: Path, start: bytes, name: str, declared: TextEncoding | None) -> str:
    """Python's name of the file's encoding.

    Undeclared, bytes that decode as UTF-8 are UTF-8, and others what more of those beyond ASCII are: characters of
    UTF-8, or single ones, as Windows-1252 has them.

    Raises:
        StructureError: the file begins with the mark of UTF-8, and another encoding is declared.
    """
    has_mark = start.startswith(codecs.BOM_UTF8)
    if declared is None:
        return UTF_8 if has_mark else _found_out(path)
    if has_mark and declared not in {TextEncoding.UTF_8, TextEncoding.UTF_16}:
        raise StructureError(f"{name} begins with the mark of UTF-8, and the contract says {declared}; correct one")
    return _CODECS.get(declared, str(declared))


def _found_out(path: Path) -> str:
    """By two counts: characters of UTF-8 beyond ASCII, which hardly stand by chance, and bytes that are in none."""
    decoder = codecs.getincrementaldecoder(UTF_8)("ignore")
    read_bytes = ascii_bytes = characters = decoded_bytes = 0
    for part in _parts(path):
        text = decoder.decode(part)
        read_bytes, decoded_bytes = read_bytes + len(part), decoded_bytes + len(text.encode())
        ascii_bytes, characters = ascii_bytes + len(part.translate(None, _BEYOND_ASCII)), characters + len(text)
    return UTF_8 if characters - ascii_bytes >= read_bytes - decoded_bytes else WINDOWS_1252


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(_READ_BYTES):
            yield part
