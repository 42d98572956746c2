"""What a folder's files have said is looked up by name and content, and does not grow with history."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tasks.extract.files.folder import describe
from tasks.land.raw_container import RawContainer
from tasks.land.seen_files import SeenFiles

pytestmark = pytest.mark.services


def _says(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content)
    return path


def _read(raw: RawContainer, path: Path, sequence: int) -> bool:
    """Whether the file was new, and so landed by the load of that number."""
    seen = SeenFiles(raw, "_seen/a/")
    file = describe(path)
    if new := seen.is_new(path, file):
        for record in seen.stage_records(path, file, sequence):
            raw.publish(record.name, {})
    else:
        seen.record(path, file)
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
    seen, file = SeenFiles(raw, "_seen/a/"), describe(copy)
    assert not seen.is_new(copy, file)
    _says(tmp_path, "b", "2000")
    seen.record(copy, file)
    seen.close()
    assert not SeenFiles(raw, "_seen/a/").knows_fingerprint(copy)


def test_the_folder_is_noted_when_it_has_changed_and_forgets_what_has_left_it(
    tmp_path: Path, raw: RawContainer
) -> None:
    first, second = _says(tmp_path, "a", "10"), _says(tmp_path, "b", "20")
    seen = SeenFiles(raw, "_seen/a/")
    for path in (first, second):
        assert not seen.knows_fingerprint(path)
        seen.record(path, describe(path))
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
