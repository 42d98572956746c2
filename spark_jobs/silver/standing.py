"""How far silver's tables have come, each by its own notes: after a crash in between, one is ahead."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import reduce
from uuid import uuid4

from pyspark.sql import SparkSession

from spark_jobs.job_parameters import JobParameters
from spark_jobs.silver.row_counts import RowCount
from spark_jobs.tables.books import RowsBySource, added
from spark_jobs.tables.delta import read_log
from spark_jobs.tables.lakehouse import Table
from spark_jobs.tables.progress import Progress
from spark_jobs.tables.renewal import make_anew
from spark_jobs.task_figures import SamplesByRule


@dataclass(frozen=True)
class Taken:
    """How far the tables have come, and the numbers of rows that brought them there."""

    valid: Progress
    rejected: Progress
    deleted: Progress = field(default_factory=Progress)
    counts: tuple[RowCount, ...] = ()
    samples: SamplesByRule = field(default_factory=dict)

    @property
    def books(self) -> dict[str, RowsBySource]:
        """Rows by term and source: what is superseded is noted where its like stand, valid rows or deletions."""
        noted = (self.valid.books, self.rejected.books, self.deleted.books)
        terms = {term for books in noted for term in books}
        return {term: reduce(added, (books.get(term, {}) for books in noted)) for term in sorted(terms)}


def where_all_stand(spark: SparkSession, job: JobParameters) -> Taken:
    """How far the tables have come.

    A crash while they were being made anew leaves one of them empty: then the others begin again too, because bronze's
    rows that are there now do not tell which of them they have taken in.
    """
    house = job.lakehouse
    valid, rejected = _progress(spark, house.silver), _progress(spark, house.rejected)
    deleted = _progress_of_deletions(spark, job, valid)
    is_first_epoch = valid.epoch == rejected.epoch == ""
    if deleted.epoch == valid.epoch and (is_first_epoch or (valid.version < 0) is (rejected.version < 0)):
        return Taken(valid, rejected, deleted)
    epoch = str(uuid4())
    for table in house.silver_tables:
        make_anew(spark, table, epoch)
    anew = Progress(epoch=epoch)
    return Taken(anew, anew, anew)


def _progress_of_deletions(spark: SparkSession, job: JobParameters, valid: Progress) -> Progress:
    """How far the table of deletions has come, which is noted when it changes; silver is never ahead of it.

    One that is new has nothing to take in from before: bronze had no deletions then.
    """
    commits = read_log(spark, job.lakehouse.deleted).commits if job.contract.tells_deletions else []
    noted = Progress.noted_in(commits) if commits else Progress(epoch=valid.epoch)
    return replace(noted, version=max(noted.version, valid.version))


def _progress(spark: SparkSession, table: Table) -> Progress:
    return Progress.noted_in(read_log(spark, table).commits)
