"""Which of the files that a source expects every day did not come.

Of each one that came lies `_seen/‹dataset›/‹source›/came/‹day›/‹id of the expected name›.json`, so that looking
costs one request a day that is looked back on, whatever was landed before and wherever the files are now.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

from contracts.contract import Contract
from contracts.raw_layout import SEEN, source_folder
from contracts.sources.file_names import FilePattern
from contracts.sources.files import FilesSource
from contracts.sources.source import BaseSource
from tasks.extract.files.store import FoundFile
from tasks.land.load import Landing
from tasks.land.raw_container import RawContainer


def note_arrival(landing: Landing, file: FoundFile) -> None:
    """Note which expected file this one is, if any: of the day in its name, or else of its last change."""
    source = landing.source
    if not isinstance(source, FilesSource) or not source.expected_files:
        return
    for names in source.expected_files.names:
        pattern = FilePattern(names)
        if pattern.matches(file.name):
            changed = datetime.fromtimestamp(file.modified_ns / 1e9, UTC).astimezone(landing.zone).date()
            day = (pattern.day(file.name) if pattern.is_dated else changed) or changed
            folder = _folder(landing.contract, source, day)
            landing.raw.create(f"{folder}{_id(names)}.json", file.shown_name.encode())


def missing_files(
    raw: RawContainer, contract: Contract, source: BaseSource, today: date
) -> dict[str, tuple[date, ...]]:
    """The days that are over and of which an expected file did not come, by its name."""
    if not isinstance(source, FilesSource) or not (expected := source.expected_files):
        return {}
    missing: dict[str, list[date]] = {}
    for day in _days(expected.since, expected.days, today):
        folder = _folder(contract, source, day)
        came = {name.removeprefix(folder) for name in raw.names(folder)}
        for names in expected.names:
            if f"{_id(names)}.json" not in came:
                missing.setdefault(names, []).append(day)
    return {names: tuple(days) for names, days in missing.items()}


def _days(since: date, count: int, today: date) -> Iterator[date]:
    for back in range(count, 0, -1):
        if (day := today - timedelta(days=back)) >= since:
            yield day


def _folder(contract: Contract, source: BaseSource, day: date) -> str:
    return f"{SEEN}/{source_folder(contract, source)}/came/{day.isoformat()}/"


def _id(names: str) -> str:
    return sha256(names.encode()).hexdigest()[:16]
