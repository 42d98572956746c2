"""Which files of a source's folder are to be looked at: complete ones of the declared names, the oldest first."""

from __future__ import annotations

from datetime import date, timedelta

from contracts.sources.files import FilesSource
from tasks.extract.files.store import FileStore, FoundFile


def found_files(source: FilesSource, store: FileStore, today: date) -> list[FoundFile]:
    """The source's files; of two without times of change in their rows, the one that came last is merged last.

    Raises:
        SourceUnavailable: the folder cannot be listed.
    """
    pattern, moved = source.pattern, source.move_landed_to
    since = today - timedelta(days=source.listed_days) if source.listed_days else None
    files = [
        file
        for folder, deep in pattern.folders(since, today + timedelta(days=1))
        for file in store.files(folder, deep=deep, without=moved)
        if pattern.matches(file.name) and not (moved and file.name.startswith(f"{moved}/"))
    ]
    return sorted(files, key=lambda file: (file.modified_ns, file.name))
