"""Lands the files of a folder, each as a load of its own; one that is refused does not stop the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import PurePosixPath

from contracts.raw_layout import SEEN
from contracts.sources.files import FilesSource
from tasks.errors import FilesRefused, LoadRefused, PipelineError, SourceUnavailable, StructureError
from tasks.extract.files.store import FileStore, FoundFile, check_unchanged
from tasks.extract.readers import FilesReader
from tasks.land.commit import land
from tasks.land.expected_files import note_arrival
from tasks.land.load import Landing
from tasks.land.manifests import Manifest, ReadSoFar, next_sequence
from tasks.land.seen_files import SeenFiles

_MOST_REASONS = 20
"""So many refused files are told with their reasons; `FilesRefused` has them all."""


def land_files(landing: Landing, previous: Manifest | None, reader: FilesReader) -> Iterator[Manifest]:
    """Land every file of the folder that says something new (`SeenFiles`), one after another.

    Raises:
        FilesRefused: some files were refused, or stay where they were; the others were landed.
        PipelineError: the folder or the storage account cannot be used.
    """
    seen = SeenFiles(landing.raw, f"{SEEN}/{landing.path}/")
    refusals: dict[str, PipelineError] = {}
    with closing(reader.store):
        for file in reader.list_files(landing.now.date()):
            try:
                manifest = _land_file(landing, previous, reader, file, seen)
            except (StructureError, LoadRefused, SourceUnavailable) as error:
                refusals[file.shown_name] = error
                continue
            if manifest:
                previous = manifest
                yield manifest
            try:
                _move_landed(landing, reader.store, file, seen)
            except PipelineError as error:
                refusals[file.shown_name] = SourceUnavailable(f"it was landed, but stays where it is: {error}")
    seen.close()
    if refusals:
        raise FilesRefused(_refusal_message(landing.source.name, refusals), refusals=refusals)


def _land_file(
    landing: Landing, previous: Manifest | None, reader: FilesReader, found: FoundFile, seen: SeenFiles
) -> Manifest | None:
    if seen.knows_fingerprint(found):
        return None
    manifest = None
    with reader.store.fetch(found) as fetched:
        if not seen.is_new(found, fetched.described):
            seen.record(found, fetched.described)
        else:

            def read_so_far(_load_name: str) -> ReadSoFar:
                check_unchanged(reader.store, found)
                records = seen.stage_records(found, fetched.described, next_sequence(previous))
                return ReadSoFar(seen=records, source_file=fetched.described)

            manifest = land(landing, previous, reader.extract(fetched), read_so_far, even_if_empty=True)
    note_arrival(landing, found)
    return manifest


def _move_landed(landing: Landing, store: FileStore, file: FoundFile, seen: SeenFiles) -> None:
    """Move what was landed, if the source says so; two files of one name are kept apart by their time."""
    source = landing.source
    if not isinstance(source, FilesSource) or not source.move_landed_to:
        return
    target = PurePosixPath(source.move_landed_to, file.name)
    if store.look(str(target)):
        target = target.with_name(f"{target.stem}-{file.modified_ns}{target.suffix}")
    store.move(file, str(target))
    seen.forget(file)


def _refusal_message(source_name: str, refusals: dict[str, PipelineError]) -> str:
    told = [f"{name}: {error}" for name, error in islice(refusals.items(), _MOST_REASONS)]
    if len(refusals) > len(told):
        told.append(f"and {len(refusals) - len(told)} more")
    return "\n".join([f"{len(refusals)} file(s) of {source_name} refused, the others landed:", *told])
