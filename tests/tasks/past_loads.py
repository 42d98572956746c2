"""Daily loads of years, written into Raw within seconds: what landing would have left there, by its own functions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from contracts.contract import Contract
from contracts.raw_layout import SEEN, day_folder, rows_suffix, source_folder
from contracts.sources.files import FilesSource
from contracts.sources.source import BaseSource
from tasks.extract.files.folder import FolderStore
from tasks.extract.files.store import SourceFile
from tasks.land.expected_files import note_arrival
from tasks.land.load import Landing
from tasks.land.manifests import LoadRows, Manifest, RawFile, commit_manifest, latest_manifest
from tasks.land.parts import describe_content
from tasks.land.raw_container import RawContainer
from tasks.land.seen_files import SeenFiles
from tests.tasks.branch_file import says
from tests.tasks.ingestions import NOW

DAY = timedelta(days=1)
_WRITERS = 8
_ROWS = b"{}\n"


class _Visible(RawContainer):
    """What is staged is there at once, since no load of these is ever to be undone, and no name has said anything."""

    def stage(self, name: str, content: bytes) -> None:
        self.create(name, content)

    def first(self, prefix: str) -> str | None:
        return None if "/name/" in prefix else super().first(prefix)


def repeat_database_load(raw: RawContainer, contract: Contract, days: int) -> None:
    """Follow the database's only load by one each day, until a day before `NOW`."""
    source, first = contract.source("store-database"), _only_load(raw, contract, "store-database")
    seen = raw.read(first.read_so_far.seen[0].name)

    def add(number: int) -> None:
        place = f"{SEEN}/{source_folder(contract, source)}/{source.name}-{number:08d}"
        record = describe_content(place, "parquet", seen)
        raw.create(record.name, seen)
        _add_load(raw, contract, source, first, number, (record,))

    with ThreadPoolExecutor(_WRITERS) as writers:
        list(writers.map(add, range(2, days + 1)))


def repeat_files_load(raw: RawContainer, contract: Contract, folder: Path, days: int) -> None:
    """Follow the only load of the branches' files by one each day, of a file `‹day›.csv` that stays in the folder."""
    source, first = contract.source("branch-files"), _only_load(raw, contract, "branch-files")
    assert isinstance(source, FilesSource)
    store = FolderStore(source, folder.as_uri())
    prefix = f"{SEEN}/{source_folder(contract, source)}/"
    visible = _Visible(raw._client)
    seen = SeenFiles(visible, prefix)
    landing = Landing(contract=contract, source=source, raw=raw, run_id="past", now=NOW)

    def add(number: int) -> None:
        path = says(folder / daily_name(first.committed_at + (number - 1) * DAY), f"past-{number}", at=number)
        found = store.look(path.name)
        assert found is not None
        digest = sha256(path.read_bytes()).hexdigest()
        file = SourceFile(name=path.name, bytes=found.bytes, modified_ns=found.modified_ns, sha256=digest)
        records = seen.stage_records(found, file, number)
        _add_load(raw, contract, source, first, number, records, file)
        note_arrival(landing, found)

    for known in store.files("", deep=False):
        seen.knows_fingerprint(known)
    with ThreadPoolExecutor(_WRITERS) as writers:
        list(writers.map(add, range(2, days + 1)))
    seen.close()


def daily_name(at: datetime) -> str:
    """What the file of a day is called."""
    return f"{at.date()}.csv"


def _only_load(raw: RawContainer, contract: Contract, source_name: str) -> Manifest:
    found = latest_manifest(raw, contract, contract.source(source_name))
    assert found is not None
    assert found.sequence == 1
    return found


def _add_load(
    raw: RawContainer,
    contract: Contract,
    source: BaseSource,
    first: Manifest,
    number: int,
    seen: tuple[RawFile, ...],
    file: SourceFile | None = None,
) -> None:
    """A load of one row, as many days after the first one as its number says."""
    at = first.committed_at + (number - 1) * DAY
    place = f"{day_folder(contract, source, at.date())}/{source.name}-{number:08d}-00000"
    rows = describe_content(place, rows_suffix(source, contract.column_names), _ROWS, rows=1)
    raw.create(rows.name, _ROWS)
    one = LoadRows(extracted=1, landed=1)
    manifest = Manifest(
        **first.model_dump(exclude={"sequence", "load_id", "committed_at", "rows", "totals", "files", "read_so_far"}),
        sequence=number,
        load_id=str(uuid4()),
        committed_at=at,
        rows=one,
        totals=LoadRows(extracted=number, landed=number),
        files=(rows,),
        read_so_far=first.read_so_far.model_copy(
            update={"seen": seen, "source_file": file, "watermark": at if first.read_so_far.watermark else None}
        ),
    )
    commit_manifest(raw, contract, source, manifest)
