"""A text file's encoding: the declared one, unless the file says another, or else found out from its bytes."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from contracts.sources.csv_dialect import TextEncoding
from tasks.errors import StructureError

UTF_8, WINDOWS_1252 = "utf-8", "cp1252"

_CODECS = {TextEncoding.UTF_16: UTF_8, TextEncoding.WINDOWS_1252: WINDOWS_1252, TextEncoding.IBM_850: "cp850"}
"""Python's names, where they are others; of UTF-16, UTF-8 was made before."""

_READ_BYTES = 1024 * 1024
_MULTI_BYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
"""A character of UTF-8 that is not ASCII (RFC 3629, a little wider), which in Windows-1252 hardly stands by chance."""

_BEGUN = re.compile(rb"(?:[\xc2-\xf4]|[\xe0-\xf4][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf]{2})\Z")
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")


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
    if _decodes(path):
        return UTF_8
    begun, characters, others = b"", 0, 0
    for part in _parts(path):
        end = _BEGUN.search(part)
        whole = begun + (part[: end.start()] if end else part)
        begun = end[0] if end else b""
        rest, found = _MULTI_BYTE.subn(b"", whole)
        characters, others = characters + found, others + len(_BEYOND_ASCII.findall(rest))
    return UTF_8 if characters >= others + len(begun) else WINDOWS_1252


def _decodes(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder(UTF_8)()
    try:
        for part in _parts(path):
            decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(_READ_BYTES):
            yield part
