"""Exactly what Spark and Auto Loader are told of raw files: an option that is not documented would be refused."""

from __future__ import annotations

import pytest

from contracts.contract import Contract
from contracts.job_document import RawStreamFormat
from spark_jobs.bronze.raw_stream import RawFiles, stream_options, stream_schema

AUTO_LOADER = (RawStreamFormat.CLOUD_FILES, RawStreamFormat.FILE_EVENTS)
QUOTES = {"escape": '"', "charToEscapeQuoteEscaping": '"'}
CSV = {"header": "true", "multiLine": "true", **QUOTES, "pathGlobFilter": "*.0a1b.csv"}
JSON = {"pathGlobFilter": "*.json"}


@pytest.fixture
def csv_files(contract: Contract) -> RawFiles:
    return RawFiles(contract.source("branch-files"), "file:///raw/", "*.0a1b.csv", ("customer_id", "cpf"))


@pytest.fixture
def json_files(contract: Contract) -> RawFiles:
    return RawFiles(contract.source("customers-api"), "file:///raw/", "*.json", ("customer_id", "cpf"))


def test_spark_rescues_what_it_cannot_read_and_goes_by_a_csv_file_s_header(
    csv_files: RawFiles, json_files: RawFiles
) -> None:
    rescues = {"columnNameOfCorruptRecord": "_rescued_data"}
    assert stream_options(csv_files, RawStreamFormat.FILES) == CSV | rescues | {"enforceSchema": "false"}
    assert stream_options(json_files, RawStreamFormat.FILES) == JSON | rescues


@pytest.mark.parametrize(("format_", "events"), zip(AUTO_LOADER, ("false", "true"), strict=True))
def test_auto_loader_is_told_whether_to_use_file_events_and_to_read_no_column_from_a_path(
    csv_files: RawFiles, json_files: RawFiles, format_: RawStreamFormat, events: str
) -> None:
    all_formats = {
        "cloudFiles.partitionColumns": "",
        "cloudFiles.useManagedFileEvents": events,
        "rescuedDataColumn": "_rescued_data",
    }
    assert stream_options(csv_files, format_) == CSV | all_formats | {"cloudFiles.format": "csv"}
    assert stream_options(json_files, format_) == JSON | all_formats | {"cloudFiles.format": "json"}


@pytest.mark.parametrize("format_", AUTO_LOADER)
def test_the_rescued_data_stand_in_the_option_or_in_the_schema_and_never_in_both(
    csv_files: RawFiles, format_: RawStreamFormat
) -> None:
    assert stream_schema(csv_files, format_).names == ["customer_id", "cpf"]
    assert stream_schema(csv_files, RawStreamFormat.FILES).names == ["customer_id", "cpf", "_rescued_data"]
