"""Ingests one source: complete the last load if a crash left it unfinished, then land what is new since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from contracts.model import Contract, Source
from tasks.api_client import ApiClient, Patience
from tasks.blob_storage import RawContainer
from tasks.errors import FilesRefused, IngestionError, LoadRefused, SourceUnavailable, StructureError
from tasks.extraction import Window
from tasks.extraction_api import extract_api
from tasks.extraction_database import extract_database
from tasks.extraction_files import extract_file
from tasks.incremental_load import Extract, land_changes
from tasks.landing import Landing, land
from tasks.manifests import Manifest, Progress
from tasks.publishing import finish_last_load
from tasks.source_files import SeenFiles, check_unchanged, clear_file_errors, csv_files, describe

_MOST_REASONS = 20
"""So many refused files are told with their reasons; `FilesRefused` has them all."""


@dataclass(frozen=True)
class LoadReport:
    """A load that this run landed, or that it found committed but not published and completed (`recovered`)."""

    manifest: Manifest
    recovered: bool = False


def ingest_database(
    contract: Contract,
    source: Source,
    url: str,
    raw: RawContainer,
    run_id: str,
    now: datetime,
    backfill: Window | None = None,
) -> list[LoadReport]:
    """Land what changed in the database since the last load, or the backfill window, landed before or not.

    Raises:
        IngestionError: nothing was landed; `tasks.errors` has the reasons.
    """
    landing = Landing(contract=contract, source=source, raw=raw, run_id=run_id, now=now)
    return _ingest_changes(landing, lambda window: extract_database(contract, source, url, window), backfill)


def ingest_api(
    contract: Contract,
    source: Source,
    url: str,
    key: str,
    raw: RawContainer,
    run_id: str,
    now: datetime,
    backfill: Window | None = None,
    patience: Patience | None = None,
) -> list[LoadReport]:
    """Land what changed at the API since the last load, or the backfill window, landed before or not.

    Raises:
        IngestionError: nothing was landed; `tasks.errors` has the reasons.
    """
    landing = Landing(contract=contract, source=source, raw=raw, run_id=run_id, now=now)
    with ApiClient(source, url, key, patience) as client:
        return _ingest_changes(landing, lambda window: extract_api(contract, client, window), backfill)


def ingest_files(
    contract: Contract, source: Source, url: str, raw: RawContainer, run_id: str, now: datetime
) -> list[LoadReport]:
    """Land every file of the folder whose content was not landed before, each as a load of its own.

    Raises:
        FilesRefused: some files were refused; the others were landed.
        IngestionError: the folder or the storage account cannot be used.
    """
    landing = Landing(contract=contract, source=source, raw=raw, run_id=run_id, now=now)
    previous, reports = _finish_last_load(landing)
    seen = SeenFiles(raw, f"_seen/{landing.path}/")
    refusals: dict[str, IngestionError] = {}
    for path in csv_files(source, url):
        try:
            manifest = _land_file(landing, previous, path, seen)
        except (StructureError, LoadRefused, SourceUnavailable) as error:
            refusals[path.name] = error
            continue
        if manifest:
            previous = manifest
            reports.append(LoadReport(manifest))
    if refusals:
        raise FilesRefused(_refusal_message(source, refusals), refusals=refusals)
    return reports


def _refusal_message(source: Source, refusals: dict[str, IngestionError]) -> str:
    told = [f"{name}: {error}" for name, error in islice(refusals.items(), _MOST_REASONS)]
    if len(refusals) > len(told):
        told.append(f"and {len(refusals) - len(told)} more")
    return "\n".join([f"{len(refusals)} file(s) of {source.name} refused, the others landed:", *told])


def _ingest_changes(landing: Landing, extract: Extract, backfill: Window | None) -> list[LoadReport]:
    previous, reports = _finish_last_load(landing)
    manifest = land_changes(landing, previous, extract, backfill)
    return [*reports, LoadReport(manifest)] if manifest else reports


def _land_file(landing: Landing, previous: Manifest | None, path: Path, seen: SeenFiles) -> Manifest | None:
    with clear_file_errors(path):
        if seen.knows_fingerprint(path):
            return None
        file = describe(path)
        if seen.knows_content(file):
            seen.record(file)
            return None

        def progress(_load_name: str) -> Progress:
            check_unchanged(path, file)
            return Progress(seen=seen.stage_record(file), source_file=file)

        chunks = extract_file(landing.contract, landing.source, path)
        return land(landing, previous, chunks, progress, even_if_empty=True)


def _finish_last_load(landing: Landing) -> tuple[Manifest | None, list[LoadReport]]:
    previous, recovered = finish_last_load(landing.raw, landing.contract, landing.source)
    return previous, [LoadReport(previous, recovered=True)] if previous and recovered else []
