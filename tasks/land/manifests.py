"""Manifests: one small JSON blob a load, whose existence means that the load is committed, numbered without gaps.

Only one run can create the manifest of a number, which is what fences concurrent loads of a source. A manifest
tells all there is to know about its load, and the totals of the source so far.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from pydantic import BaseModel, ConfigDict, ValidationError

from contracts.contract import Contract
from contracts.raw_layout import MANIFESTS, newest_first, source_folder
from contracts.sources.source import BaseSource
from tasks.errors import ConcurrentLoad, MisconfiguredError
from tasks.extract.chunks import Window
from tasks.extract.files.store import SourceFile
from tasks.land.raw_container import RawContainer

_PAGE_NAMES = 20
"""The newest loads are looked at, which are few."""


class Frozen(BaseModel):
    """A record that does not change and knows no other fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RawFile(Frozen):
    """One blob of a load: name in the container, data rows, bytes and SHA-256 (hex) of its content."""

    name: str
    rows: int
    bytes: int
    sha256: str


class LoadRows(Frozen):
    """Row accounting of one load or of all loads of a source; extracted = landed + quarantined."""

    extracted: int = 0
    landed: int = 0
    quarantined: int = 0

    def __add__(self, other: LoadRows) -> LoadRows:
        """Both together."""
        return LoadRows(
            extracted=self.extracted + other.extracted,
            landed=self.landed + other.landed,
            quarantined=self.quarantined + other.quarantined,
        )


class LateRows(Frozen):
    """Rows that a look-back found behind the overlap; the first of them lay `most_seconds` behind the watermark."""

    rows: int = 0
    most_seconds: int = 0

    def __add__(self, other: LateRows) -> LateRows:
        """Both together."""
        most_seconds = max(self.most_seconds, other.most_seconds)
        return LateRows(rows=self.rows + other.rows, most_seconds=most_seconds)


class LookedBack(Frozen):
    """When the last look-back was, and since which time of change all that was landed is remembered."""

    at: datetime
    remembered_since: datetime | None


class KeySnapshot(Frozen):
    """The keys that were at a source at some time: blobs with these columns, of the load of that number."""

    at: datetime
    sequence: int
    columns: tuple[str, ...]
    keys: tuple[RawFile, ...]


class ReadSoFar(Frozen):
    """How far a source was read: `seen` are this load's blobs that record what must not be landed again.

    The first of them holds what every load may meet again. The others, and `seen_before` of earlier loads, hold what
    only a look-back meets; `late` is what it found.
    `watermark` is the last change that a load of a database or API has met, `backfill` the window that this load
    landed again, `source_file` the branch's file that it landed. `columns_met` are those that this load or one before
    it has found in a source whose rows need not have every field. `snapshot` is the last one of the source's keys.
    """

    seen: tuple[RawFile, ...]
    seen_before: tuple[RawFile, ...] = ()
    watermark: datetime | None = None
    columns_met: tuple[str, ...] = ()
    backfill: Window | None = None
    source_file: SourceFile | None = None
    looked_back: LookedBack | None = None
    late: LateRows = LateRows()
    snapshot: KeySnapshot | None = None

    @property
    def records(self) -> tuple[RawFile, ...]:
        """All blobs that record what was seen, first the one that every load needs."""
        return (*self.seen, *self.seen_before)


class Manifest(Frozen):
    """A committed load; `rows.extracted` counts the rows that were new to it, `totals` all loads up to this one.

    `deleted` of the landed rows are deletions: each says that a row is no longer at the source.
    `column_set` is that of its CSV files (`contracts.raw_layout`), `warned_checks` are the checks of whole
    loads that fail with severity `warning`: what was counted, by label. `samples` are shapes of values in quarantine,
    by the label of the rule that they break. `undeclared` are names of what the source has beside the contract's
    columns (`tasks.extract.undeclared`).
    """

    dataset: str
    source: str
    sequence: int
    load_id: str
    run_id: str
    committed_at: datetime
    seconds: float
    read_so_far: ReadSoFar
    rows: LoadRows
    deleted: int = 0
    totals: LoadRows
    quarantined_by_rule: dict[str, int]
    samples: dict[str, tuple[str, ...]] = {}
    warned_checks: dict[str, str] = {}
    column_set: str | None = None
    undeclared: tuple[str, ...] = ()
    files: tuple[RawFile, ...]
    quarantine: tuple[RawFile, ...]

    @property
    def blobs(self) -> tuple[RawFile, ...]:
        """All blobs of the load in the order in which they are published: the last one is of no other load."""
        snapshot = self.read_so_far.snapshot
        keys = snapshot.keys if snapshot and snapshot.sequence == self.sequence else ()
        return (*self.files, *self.quarantine, *self.read_so_far.seen, *keys)


def next_sequence(previous: Manifest | None) -> int:
    """The number of the load after this one."""
    return previous.sequence + 1 if previous else 1


def manifest_prefix(contract: Contract, source: BaseSource) -> str:
    """What the names of this source's manifests start with."""
    return f"{MANIFESTS}/{source_folder(contract, source)}/"


def latest_manifest(raw: RawContainer, contract: Contract, source: BaseSource) -> Manifest | None:
    """The source's last committed load, or None before the first."""
    return next(manifests(raw, contract, source), None)


def manifests(raw: RawContainer, contract: Contract, source: BaseSource) -> Iterator[Manifest]:
    """The source's committed loads, the latest first; each is read when it is asked for."""
    prefix = manifest_prefix(contract, source)
    for name in raw.names(prefix, page_names=_PAGE_NAMES):
        if re.fullmatch(r"[0-9]{8}-[0-9]{8}\.json", name.removeprefix(prefix)):
            yield _read(raw, name)


def commit_manifest(raw: RawContainer, contract: Contract, source: BaseSource, manifest: Manifest) -> None:
    """Write the manifest, which commits its load.

    Raises:
        ConcurrentLoad: another load took the number in the meantime.
    """
    name = f"{manifest_prefix(contract, source)}{newest_first(manifest.sequence)}.json"
    if raw.create(name, manifest.model_dump_json(indent=2).encode()):
        return
    # a request that was repeated after a lost answer finds its own manifest
    if _read(raw, name).load_id != manifest.load_id:
        raise ConcurrentLoad(
            f"another run landed load {manifest.sequence} of {source.name} first; run again to land what it left"
        )


def _read(raw: RawContainer, name: str) -> Manifest:
    try:
        return Manifest.model_validate_json(raw.read(name))
    except ValidationError as error:
        fields = ", ".join(sorted({".".join(map(str, problem["loc"])) for problem in error.errors()}))
        raise MisconfiguredError(
            f"{name} is no manifest of this version ({fields}); was it written by a newer one? Deploy that"
        ) from None
