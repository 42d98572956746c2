"""Lands the files of a folder, each as a load of its own; one that is refused does not stop the others."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from contracts.raw_layout import SEEN
from tasks.errors import FilesRefused, LoadRefused, PipelineError, SourceUnavailable, StructureError
from tasks.extract.files.folder import check_unchanged, describe, shown_name, translated_file_errors
from tasks.extract.readers import FilesReader
from tasks.land.load import Landing, land
from tasks.land.manifests import Manifest, ReadSoFar, next_sequence
from tasks.land.seen_files import SeenFiles

_MOST_REASONS = 20
"""So many refused files are told with their reasons; `FilesRefused` has them all."""


def land_files(landing: Landing, previous: Manifest | None, reader: FilesReader) -> Iterator[Manifest]:
    """Land every file of the folder that says something new (`SeenFiles`), one after another.

    Raises:
        FilesRefused: some files were refused; the others were landed.
        PipelineError: the folder or the storage account cannot be used.
    """
    seen = SeenFiles(landing.raw, f"{SEEN}/{landing.path}/")
    refusals: dict[str, PipelineError] = {}
    for path in reader.list_files():
        try:
            manifest = _land_file(landing, previous, reader, path, seen)
        except (StructureError, LoadRefused, SourceUnavailable) as error:
            refusals[shown_name(path)] = error
            continue
        if manifest:
            previous = manifest
            yield manifest
    seen.close()
    if refusals:
        raise FilesRefused(_refusal_message(landing.source.name, refusals), refusals=refusals)


def _land_file(
    landing: Landing, previous: Manifest | None, reader: FilesReader, path: Path, seen: SeenFiles
) -> Manifest | None:
    with translated_file_errors(path):
        if seen.knows_fingerprint(path):
            return None
        file = describe(path)
        if not seen.is_new(path, file):
            seen.record(path, file)
            return None

        def read_so_far(_load_name: str) -> ReadSoFar:
            check_unchanged(path, file)
            return ReadSoFar(seen=seen.stage_records(path, file, next_sequence(previous)), source_file=file)

        return land(landing, previous, reader.extract(path), read_so_far, even_if_empty=True)


def _refusal_message(source_name: str, refusals: dict[str, PipelineError]) -> str:
    told = [f"{name}: {error}" for name, error in islice(refusals.items(), _MOST_REASONS)]
    if len(refusals) > len(told):
        told.append(f"and {len(refusals) - len(told)} more")
    return "\n".join([f"{len(refusals)} file(s) of {source_name} refused, the others landed:", *told])
