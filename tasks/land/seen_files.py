"""Remembers what a folder's files have said, so that each statement is landed once.

A file counts by its content: the same under another name is landed once, unless what that name said last was landed
later. Below `_seen/‹dataset›/‹source›/` lie

- `content/‹SHA-256›/‹number of the load›.json` for each time a content was landed,
- `name/‹id of the name›/‹number›-‹SHA-256›.json` for each thing that a name has said,
- `folder/‹number›.json`, the folder as a run has left it: by name, the fingerprint of size and version of every file
  that needs no second look.

A run reads the last of these, and looks up what is new in the folder: its cost does not grow with what was landed.
"""

from __future__ import annotations

import json
import os
from hashlib import sha256

from contracts.raw_layout import newest_first
from tasks.extract.files.store import FoundFile, SourceFile
from tasks.land.manifests import RawFile
from tasks.land.raw_container import RawContainer


class SeenFiles:
    """What the files of one folder have said so far; `close` notes how this run leaves the folder."""

    def __init__(self, raw: RawContainer, prefix: str) -> None:
        """Read how the last run has left the folder; records have names that start with the prefix."""
        self._raw, self._prefix = raw, prefix
        newest = raw.first(f"{prefix}folder/")
        self._number = _number(newest) if newest else 0
        self._before: dict[str, str] = json.loads(raw.read(newest)) if newest else {}
        self._now: dict[str, str] = {}
        self._statements: dict[str, str | None] = {}

    def knows_fingerprint(self, found: FoundFile) -> bool:
        """Whether this very file was there when the last run ended, as far as can be told without reading it."""
        known = self._before.get(_name_id(found)) == found.fingerprint
        if known:
            self._note(found)
        return known

    def is_new(self, found: FoundFile, file: SourceFile) -> bool:
        """Whether the content was never landed, or what the name said last was landed after it."""
        landed, last = self._landed(file.sha256), self._said_last(found)
        if landed is None or last is None:
            return landed is None
        return (self._landed(_said(last)) or 0) > landed

    def record(self, found: FoundFile, file: SourceFile) -> None:
        """Note that the name now says what was landed before, if it did not say that already."""
        last = self._said_last(found)
        if last is None or _said(last) != file.sha256:
            self._raw.create(self._next_statement(found, file), _described(file))
        self._note(found)

    def stage_records(self, found: FoundFile, file: SourceFile, sequence: int) -> tuple[RawFile, ...]:
        """Stage the records of a file that the load of that number lands, to be published with it."""
        content = f"{self._prefix}content/{file.sha256}/{newest_first(sequence)}.json"
        self._note(found)
        return tuple(self._stage(name, _described(file)) for name in (content, self._next_statement(found, file)))

    def forget(self, found: FoundFile) -> None:
        """Note that the file has left the folder."""
        self._now.pop(_name_id(found), None)

    def close(self) -> None:
        """Note the folder as it now is, if it is not as it was before; of two runs at once, the first one's stands."""
        if self._now != self._before:
            name = f"{self._prefix}folder/{newest_first(self._number + 1)}.json"
            self._raw.create(name, json.dumps(self._now, sort_keys=True).encode())

    def _landed(self, content_sha256: str) -> int | None:
        """Number of the load that landed the content last."""
        newest = self._raw.first(f"{self._prefix}content/{content_sha256}/")
        return _number(newest) if newest else None

    def _said_last(self, found: FoundFile) -> str | None:
        """The name's last record, looked up once; a run that another one overtakes begins with a new memory."""
        name_id = _name_id(found)
        if name_id not in self._statements:
            self._statements[name_id] = self._raw.first(f"{self._prefix}name/{name_id}/")
        return self._statements[name_id]

    def _note(self, found: FoundFile) -> None:
        """Note the file as it was found: what it has become since is for the next run to read."""
        self._now[_name_id(found)] = found.fingerprint

    def _next_statement(self, found: FoundFile, file: SourceFile) -> str:
        last = self._said_last(found)
        number = newest_first(_number(last) + 1 if last else 1)
        return f"{self._prefix}name/{_name_id(found)}/{number}-{file.sha256}.json"

    def _stage(self, name: str, content: bytes) -> RawFile:
        self._raw.stage(name, content)
        return RawFile(name=name, rows=0, bytes=len(content), sha256=sha256(content).hexdigest())


def _described(file: SourceFile) -> bytes:
    return file.model_dump_json().encode()


def _number(record: str) -> int:
    return int(record.rpartition("/")[2].removesuffix(".json").split("-")[1])


def _said(statement: str) -> str:
    return statement.removesuffix(".json").rpartition("-")[2]


def _name_id(found: FoundFile) -> str:
    return sha256(os.fsencode(found.name)).hexdigest()[:32]
