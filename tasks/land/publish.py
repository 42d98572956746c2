"""Makes the staged blobs of a committed load visible, now or after a crash, and reads back what is durably there."""

from __future__ import annotations

from collections.abc import Iterable

from contracts.contract import Contract
from contracts.sources.source import BaseSource
from tasks.errors import LoadLost
from tasks.land.manifests import LoadRows, Manifest, RawFile, latest_manifest
from tasks.land.raw_container import RawContainer


def publish(raw: RawContainer, manifest: Manifest) -> None:
    """Publish the load's blobs in the manifest's order; those that are visible already stay as they are.

    Raises:
        LoadLost: the load was committed over a week ago and never completed; the message says what to do.
    """
    try:
        for file in manifest.blobs:
            raw.publish(file.name, {"rows": str(file.rows), "source": manifest.source, "load_id": manifest.load_id})
    except LoadLost as error:
        raise LoadLost(
            f"{error}. Delete the manifest of load {manifest.sequence} of {manifest.source} by hand; "
            "the next run extracts its rows again"
        ) from None


def publish_refused(raw: RawContainer, source_name: str, quarantine: Iterable[RawFile]) -> None:
    """Publish the quarantine of a load that was refused."""
    for file in quarantine:
        raw.publish(file.name, {"rows": str(file.rows), "source": source_name, "refused": "true"})


def finish_last_load(raw: RawContainer, contract: Contract, source: BaseSource) -> tuple[Manifest | None, bool]:
    """The source's last committed load, and whether it had been left unpublished and was completed just now."""
    latest = latest_manifest(raw, contract, source)
    # blobs are published in order, so the last one being there says that all are
    if latest is None or raw.metadata(latest.blobs[-1].name) is not None:
        return latest, False
    publish(raw, latest)
    return latest, True


def durable_rows(raw: RawContainer, manifest: Manifest) -> LoadRows:
    """The load's row accounting from what is there: extracted as committed, the others from the blobs themselves."""
    landed, quarantined = (_published_rows(raw, files) for files in (manifest.files, manifest.quarantine))
    return LoadRows(extracted=manifest.rows.extracted, landed=landed, quarantined=quarantined)


def _published_rows(raw: RawContainer, files: Iterable[RawFile]) -> int:
    return sum(int((raw.metadata(file.name) or {}).get("rows", 0)) for file in files)
