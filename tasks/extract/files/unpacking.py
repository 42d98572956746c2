"""Makes plain text of a file that is compressed or UTF-16, as what reads CSV lines needs it."""

from __future__ import annotations

import codecs
import gzip
import shutil
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO
from zipfile import BadZipFile, ZipFile, ZipInfo

from contracts.sources.csv_dialect import TextEncoding
from tasks.errors import StructureError
from tasks.extract.files.kinds import Packing, packing, zip_kind

BLOCK_BYTES = 1024 * 1024
_ENCRYPTED = 0x1
NEVER_TEXT = b"\xff"
"""A byte that is no part of any text in UTF-8: where half a character of UTF-16 stands, its line is at fault."""


@contextmanager
def plain_text(path: Path, name: str, encoding: TextEncoding | None) -> Iterator[Path]:
    """The file itself, or one beside it that is gone afterwards: unpacked, and UTF-8 if it was UTF-16.

    Args:
        path: the file's bytes.
        name: what messages call it.
        encoding: the declared one, None if it is to be found out.

    Raises:
        StructureError: the file ends too early, is damaged or encrypted, or is an archive of several files.
    """
    with TemporaryDirectory(prefix="datamaster-") as folder:
        try:
            unpacked = _unpacked(path, name, Path(folder))
        except (EOFError, zlib.error, gzip.BadGzipFile, BadZipFile, NotImplementedError) as error:
            told = f"{name} cannot be unpacked ({type(error).__name__}), like a transfer that did not finish"
            raise StructureError(f"{told}; send it again") from None
        yield _as_utf_8(unpacked, Path(folder), encoding)


def _unpacked(path: Path, name: str, folder: Path) -> Path:
    match packing(_start(path)):
        case Packing.GZIP:
            with gzip.open(path) as packed:
                return _copied(packed, folder)
        case Packing.ZIP:
            with ZipFile(path) as archive, archive.open(_only_member(archive, name)) as packed:
                return _copied(packed, folder)
    return path


def _only_member(archive: ZipFile, name: str) -> ZipInfo:
    members = [member for member in archive.infolist() if not _is_beside(member)]
    if kind := zip_kind([member.filename for member in members]):
        raise StructureError(f"{name} is {kind}; export it again as CSV UTF-8")
    if len(members) != 1:
        raise StructureError(f"{name} is a ZIP archive of {len(members)} files; send one file in each")
    if members[0].flag_bits & _ENCRYPTED:
        raise StructureError(f"{name} is an encrypted ZIP archive; send it without a password")
    return members[0]


def _is_beside(member: ZipInfo) -> bool:
    """Folders, and what macOS adds to every archive."""
    return member.is_dir() or member.filename.startswith("__MACOSX/")


def _copied(packed: IO[bytes] | gzip.GzipFile, folder: Path) -> Path:
    target = folder / "unpacked"
    with target.open("wb") as file:
        shutil.copyfileobj(packed, file, BLOCK_BYTES)
    return target


def _as_utf_8(path: Path, folder: Path, encoding: TextEncoding | None) -> Path:
    has_mark = _start(path).startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if not has_mark or encoding not in {None, TextEncoding.UTF_16}:
        return path
    target = folder / "utf-8"
    with path.open("rb") as file, target.open("wb") as text:
        text.write(codecs.BOM_UTF8)
        text.writelines(_transcoded(iter(lambda: file.read(BLOCK_BYTES), b"")))
    return target


def _transcoded(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """UTF-16 as UTF-8; a surrogate without its other half becomes bytes that are no text."""
    decoder = codecs.getincrementaldecoder("utf-16")("surrogatepass")
    for block in blocks:
        yield decoder.decode(block).encode("utf-8", "surrogatepass")
    if decoder.getstate()[0]:
        yield NEVER_TEXT


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4)
