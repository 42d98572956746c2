"""Takes the rows of those whom a request names out of bronze, all versions of each; silver follows by itself.

What is compared is what silver would keep: a CPF is the same however it is written. With a row go all versions of its
key, whoever they name, or the one before would count again.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_, or_

import pyarrow
from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as sf

from contracts.contract import Contract
from contracts.lake_terms import Layer
from contracts.raw_layout import erasure_request
from spark_jobs.erasure.request import ValuesByColumn, parse_request, telling_columns
from spark_jobs.errors import RefusedDataError
from spark_jobs.job_parameters import JobParameters
from spark_jobs.silver.erasures import AS_LANDED, evaluated_beside_texts
from spark_jobs.silver.evaluation import evaluated
from spark_jobs.silver.masking import key_pads
from spark_jobs.tables.books import RowsBySource, erasure_note, has_whole_streams, require_changed
from spark_jobs.tables.caching import cached
from spark_jobs.tables.columns import SOURCE
from spark_jobs.tables.delta import delete_matching, read_log
from spark_jobs.tables.error_conditions import error_condition
from spark_jobs.tables.lakehouse import layer_url

_NAMED, _KEY, _ROWS = "_named_", "_key_", "_rows"


def erase_from_bronze(spark: SparkSession, job: JobParameters, key: bytes) -> RowsBySource:
    """Erase the rows that the job's request names, in one commit that notes how many of each source; their numbers.

    The request's file is left where it is: whoever put it there takes it away.

    Raises:
        RefusedDataError: the request is not there, or names nobody.
        BooksError: other rows were erased than were counted, because somebody else changed the table meanwhile.
    """
    bronze, contract = job.lakehouse.bronze, job.contract
    commits = read_log(spark, bronze, has_whole_streams).commits
    values, rows = parse_request(_request_text(spark, job), contract), spark.table(bronze.full_name)
    pads = key_pads(spark, key)
    with cached(_rows_to_erase(rows, _as_silver_has(values, rows, contract, pads), contract, pads)) as gone:
        counts = gone.groupBy(SOURCE.name).agg(sf.sum(_ROWS)).collect()
        erased: RowsBySource = dict(sorted(counts))
        if erased:
            note = erasure_note(commits, erased, job.ingestion_id)
            deleted = delete_matching(gone.drop(_ROWS), bronze, tuple(_told_apart_by(contract)), note)
            require_changed(bronze.full_name, deleted, sum(erased.values()))
    return erased


def _request_text(spark: SparkSession, job: JobParameters) -> str:
    name = erasure_request(job.contract, job.erase) if job.erase else ""
    try:
        file = spark.read.text(f"{layer_url(job.lake_url, Layer.RAW)}/{name}", wholetext=True)
        return "".join(row[0] for row in file.collect())
    except AnalysisException as error:
        if error_condition(error) != "PATH_NOT_FOUND":
            raise
        raise RefusedDataError(f"the request is not there: put it at {name} in raw and run again") from error


def _as_silver_has(values: ValuesByColumn, bronze: DataFrame, contract: Contract, pads: DataFrame) -> DataFrame:
    """The values as silver would keep them, each in a row of its own with nulls beside it.

    They are handed over as an Arrow table: as literals they would stand in the query plan.
    """
    pairs = [(name, value) for name, of_column in values.items() for value in of_column]
    texts = {name: [value if name == given else None for given, value in pairs] for name in values}
    request = _frame(bronze.sparkSession, texts)
    types = {field.name: field.dataType for field in bronze.schema.fields}
    whole = request.select(
        *(sf.col(name) if name in texts else sf.lit(None).cast(type_).alias(name) for name, type_ in types.items())
    )
    silver_names = [column.silver_name for column in telling_columns(contract)]
    named = evaluated(whole, contract, pads).select(*silver_names)
    if not named.where(sf.coalesce(*silver_names).isNull()).isEmpty():
        raise RefusedDataError("a value of the request is empty, or not even in part a number where that is needed")
    return named


def _frame(spark: SparkSession, texts: dict[str, list[str | None]]) -> DataFrame:
    """The columns of texts as a frame."""
    return spark.createDataFrame(pyarrow.table({n: pyarrow.array(of, pyarrow.string()) for n, of in texts.items()}))


def _rows_to_erase(bronze: DataFrame, named: DataFrame, contract: Contract, pads: DataFrame) -> DataFrame:
    """What tells the rows that are to go from all others, and how many of them are alike in that (`_rows`)."""
    landed = [name for name in _told_apart_by(contract) if name != SOURCE.name]
    told = evaluated_beside_texts(bronze, contract, pads)
    theirs, key = [], contract.table.key
    for column in telling_columns(contract):
        flag = _NAMED + column.silver_name
        values = named.select(column.silver_name).dropna().distinct().withColumn(flag, sf.lit(True))
        told = told.join(sf.broadcast(values), column.silver_name, "left")
        theirs.append(sf.coalesce(sf.col(flag), sf.lit(False)))
    is_theirs = reduce(or_, theirs)
    keys = told.where(is_theirs & _all_present(key)).select(*(sf.col(name).alias(_KEY + name) for name in key))
    of_key = reduce(and_, (sf.col(name).eqNullSafe(sf.col(_KEY + name)) for name in key))
    flagged = told.join(keys.distinct(), of_key, "left")
    gone = flagged.where(is_theirs | sf.col(_KEY + key[0]).isNotNull())
    return gone.groupBy(*(sf.col(AS_LANDED + name).alias(name) for name in landed), SOURCE.name).agg(
        sf.count("*").alias(_ROWS)
    )


def _told_apart_by(contract: Contract) -> list[str]:
    """Bronze's columns that decide whether a row goes: with the source they decide its key and whom it names."""
    names = [*(c.name for c in contract.table.key_columns), *(c.name for c in telling_columns(contract))]
    return [*dict.fromkeys(names), SOURCE.name]


def _all_present(names: Sequence[str]) -> Column:
    return reduce(and_, (sf.col(name).isNotNull() for name in names))
