"""Row counts add up from what commits note, and a difference is named."""

from __future__ import annotations

import pytest

from spark_jobs.errors import BooksError
from spark_jobs.silver.latest import Action, ActionCount, silver_change
from spark_jobs.tables.books import (
    Erasure,
    bronze_rows,
    erased_rows,
    erasure_note,
    erasures_after,
    has_whole_streams,
    require_balance,
    require_count,
)
from spark_jobs.tables.delta import Commit
from spark_jobs.tables.progress import Progress


def _bronze_commit(version: int, source: str, added: int, before: dict[str, int]) -> Commit:
    return Commit(version, 0, {"numOutputRows": added}, {"source": source, "rows_before": before})


def test_bronze_without_commits_has_no_rows() -> None:
    assert bronze_rows([]) == {}


def test_bronze_rows_are_those_before_and_those_that_the_newest_commit_of_a_source_added() -> None:
    commits = [
        _bronze_commit(3, "api", 5, {"files": 7, "api": 10}),
        _bronze_commit(2, "api", 10, {"files": 7}),
        _bronze_commit(1, "files", 7, {}),
    ]
    assert bronze_rows(commits) == {"api": 15, "files": 7}


def test_the_commits_of_one_stream_add_up() -> None:
    before = {"files": 7, "api": 10}
    commits = [_bronze_commit(version, "api", rows, before) for version, rows in ((4, 5), (3, 0), (2, 2))]
    assert bronze_rows(commits) == {"api": 17, "files": 7}


def test_a_source_without_a_recent_commit_keeps_the_rows_that_the_newest_commit_notes() -> None:
    assert bronze_rows([_bronze_commit(90, "api", 5, {"files": 7, "api": 10})]) == {"api": 15, "files": 7}


def test_streams_of_two_sources_at_once_do_not_disturb_each_others_counts() -> None:
    """Both looked at the table before either had committed."""
    commits = [_bronze_commit(2, "files", 7, {"api": 1}), _bronze_commit(1, "api", 5, {"api": 1})]
    assert bronze_rows(commits) == {"api": 6, "files": 7}


@pytest.mark.parametrize(
    ("commits", "enough"),
    [
        pytest.param([], False, id="none"),
        pytest.param([("api", 1), ("api", 1)], False, id="of one stream, which may have begun before"),
        pytest.param([("files", 2), ("api", 1)], False, id="the oldest of the only stream of its source"),
        pytest.param([("api", 2), ("api", 1)], True, id="the oldest of a stream before its source's last"),
        pytest.param([("files", 3), ("api", 2), ("files", 3), ("api", 1)], True, id="that, with others between"),
        pytest.param([("api", 2), ("api", 1), ("files", 3)], False, id="the oldest of another source's only stream"),
    ],
)
def test_commits_are_enough_when_the_oldest_is_of_a_stream_before_its_sources_last(
    commits: list[tuple[str, int]], enough: bool
) -> None:
    """Else the newest stream of the oldest commit's source may have older commits, whose rows would be missed."""
    newest_first = [_bronze_commit(-place, source, 1, {"api": run}) for place, (source, run) in enumerate(commits)]
    assert has_whole_streams(newest_first) is enough


def _erasing(version: int, before: dict[str, int], erased: dict[str, int], **metrics: int) -> Commit:
    return Commit(version, 0, metrics, {"source": "api", "rows_before": before, "erased": erased})


def test_an_erasure_leaves_the_rows_that_bronze_took_in_and_notes_those_that_went() -> None:
    """The rows that a merge puts out are rows that stay."""
    stream = _bronze_commit(1, "api", 5, {})
    note = erasure_note([stream], {"api": 2}, "run-2")
    assert note == {"source": "api", "rows_before": {"api": 5}, "ingestion_id": "run-2", "erased": {"api": 2}}
    commits = [Commit(2, 0, {"numOutputRows": 3, "numTargetRowsDeleted": 2}, note), stream]
    assert bronze_rows(commits) == {"api": 5}
    assert erased_rows(commits) == {"api": 2}
    assert erasure_note(commits, {"api": 1, "files": 1}, "run-3")["erased"] == {"api": 3, "files": 1}


def test_erasures_are_where_what_is_noted_changes() -> None:
    """Neither a stream that carries the note on nor its renewal is one."""
    commits = [
        _erasing(7, {"api": 9}, {"api": 3}),
        _erasing(6, {"api": 5}, {"api": 3}, numOutputRows=4),
        _erasing(5, {"api": 5}, {"api": 3}, numTargetRowsDeleted=1),
        _erasing(3, {"api": 5}, {"api": 2}, numTargetRowsDeleted=2),
        _bronze_commit(1, "api", 5, {}),
    ]
    assert erasures_after(1, commits) == [Erasure(3, {"api": 2}), Erasure(5, {"api": 3})]
    assert erasures_after(3, commits) == [Erasure(5, {"api": 3})]
    assert erasures_after(5, commits) == []


def test_a_replaced_row_leaves_silver_for_its_own_source() -> None:
    counts = [
        ActionCount("api", Action.INSERT, None, 10),
        ActionCount("api", Action.REPLACE, "files", 3),
        ActionCount("api", Action.REPLACE, "api", 2),
        ActionCount("files", Action.SUPERSEDED, None, 4),
    ]
    assert silver_change(counts) == {"silver": {"api": 13, "files": -3}, "superseded": {"files": 7, "api": 2}}


def test_progress_adds_up_from_commit_to_commit() -> None:
    first = Progress().advanced(3, {"silver": {"api": 5}, "superseded": {}})
    again = Progress.noted_in([Commit(9, 0, {}, first.metadata())])
    assert again == first
    second = again.advanced(5, {"silver": {"api": -1, "files": 2}, "superseded": {"api": 1}})
    assert second == Progress(5, {"silver": {"api": 4, "files": 2}, "superseded": {"api": 1}})


def test_a_table_without_commits_of_ours_has_taken_in_nothing() -> None:
    assert Progress.noted_in([]) == Progress(-1, {})


def test_books_that_balance_pass() -> None:
    require_count("main.silver.purchases", {"api": 4, "files": 2}, 6)
    require_count("main.silver.purchases", {}, 0)
    require_balance({"api": 6}, {"silver": {"api": 4}, "rejected": {}, "superseded": {"api": 2}})


def test_rows_that_the_books_do_not_know_are_named() -> None:
    with pytest.raises(BooksError) as caught:
        require_count("main.silver.purchases", {"api": 4, "files": 2}, 7)
    assert str(caught.value) == (
        "books do not balance: main.silver.purchases holds 7 rows, its books say api 4 + files 2"
    )


def test_every_source_that_does_not_balance_is_named_with_its_terms() -> None:
    with pytest.raises(BooksError) as caught:
        require_balance({"api": 7, "db": 1}, {"silver": {"api": 4, "db": 1}, "rejected": {"files": 1}})
    assert str(caught.value) == (
        "books do not balance: api: bronze 7 ≠ silver 4 + rejected 0 + superseded 0; "
        "files: bronze 0 ≠ silver 0 + rejected 1 + superseded 0"
    )
