"""What a folder's files have said is looked up by name and content, and does not grow with history."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from tasks.extract.files.store import FoundFile, SourceFile
from tasks.land.raw_container import RawContainer
from tasks.land.seen_files import SeenFiles

pytestmark = pytest.mark.services


def _says(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content)
    return path


def _described(path: Path) -> tuple[FoundFile, SourceFile]:
    found = path.stat()
    file = FoundFile(path.name, found.st_size, found.st_mtime_ns, str(found.st_mtime_ns))
    digest = sha256(path.read_bytes()).hexdigest()
    return file, SourceFile(name=path.name, bytes=file.bytes, modified_ns=file.modified_ns, sha256=digest)


def _read(raw: RawContainer, path: Path, sequence: int) -> bool:
    """Whether the file was new, and so landed by the load of that number."""
    seen = SeenFiles(raw, "_seen/a/")
    found, file = _described(path)
    if new := seen.is_new(found, file):
        for record in seen.stage_records(found, file, sequence):
            raw.publish(record.name, {})
    else:
        seen.record(found, file)
    seen.close()
    return new


@pytest.mark.parametrize(
    ("statements", "landed"),
    [
        (["a 10", "a 20", "a 10", "a 20"], [True, True, True, True]),
        (["a 10", "b 10", "a 10"], [True, False, False]),
        (["a 10", "b 20", "a 20", "a 10"], [True, True, False, True]),
        (["a 10", "b 20", "a 20", "b 10"], [True, True, False, True]),
        (["a 10", "b 10", "b 20", "b 10"], [True, False, True, True]),
    ],
)
def test_statements_are_landed_if_they_say_something_new(
    tmp_path: Path, raw: RawContainer, statements: list[str], landed: list[bool]
) -> None:
    found = [
        _read(raw, _says(tmp_path, *statement.split()), sequence) for sequence, statement in enumerate(statements, 1)
    ]
    assert found == landed


def test_what_a_name_says_again_is_not_noted_again(tmp_path: Path, raw: RawContainer) -> None:
    path = _says(tmp_path, "a", "10")
    for sequence in range(1, 4):
        _read(raw, path, sequence)
        path.touch()
    assert len(list(raw.names("_seen/a/name/"))) == 1


def test_a_file_that_changes_once_it_was_read_is_read_again(tmp_path: Path, raw: RawContainer) -> None:
    _read(raw, _says(tmp_path, "a", "10"), 1)
    copy = _says(tmp_path, "b", "10")
    seen, (found, file) = SeenFiles(raw, "_seen/a/"), _described(copy)
    assert not seen.is_new(found, file)
    _says(tmp_path, "b", "2000")
    seen.record(found, file)
    seen.close()
    assert not SeenFiles(raw, "_seen/a/").knows_fingerprint(_described(copy)[0])


def test_the_folder_is_noted_when_it_has_changed_and_forgets_what_has_left_it(
    tmp_path: Path, raw: RawContainer
) -> None:
    (first, _), (second, _) = described = [_described(_says(tmp_path, name, f"{name}0")) for name in "ab"]
    seen = SeenFiles(raw, "_seen/a/")
    for found, file in described:
        assert not seen.knows_fingerprint(found)
        seen.record(found, file)
    seen.close()
    seen = SeenFiles(raw, "_seen/a/")
    assert seen.knows_fingerprint(second)
    seen.close()
    again = SeenFiles(raw, "_seen/a/")
    assert not again.knows_fingerprint(first)
    assert again.knows_fingerprint(second)
    again.close()
    sizes = [len(json.loads(raw.read(name))) for name in raw.names("_seen/a/folder/")]
    assert sizes == [1, 2]
