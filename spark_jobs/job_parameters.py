"""What a run of the job is told: the job's parameters, as Databricks hands them to every task."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from contracts.model import Contract
from contracts.reader import read_contract
from spark_jobs.raw_stream import RawStreamFormat
from spark_jobs.tables import Lakehouse


@dataclass(frozen=True, kw_only=True)
class JobParameters:
    """Parameters of one run of the job."""

    contract: Contract
    catalog: str
    lake_url: str
    checkpoints_url: str
    ingestion_id: str
    raw_stream_format: RawStreamFormat
    column_tags: bool

    @property
    def lakehouse(self) -> Lakehouse:
        """The tables this run works on."""
        return Lakehouse(self.contract, self.catalog, self.lake_url)


def parse_job_parameters(task: str, arguments: Sequence[str] | None = None) -> JobParameters:
    """The parameters in the arguments, by default this process's; exits with a usage message if they are wrong.

    Raises:
        contracts.reader.ContractError: the contract cannot be used.
    """
    parser = ArgumentParser(prog=task, description=f"Task {task} of the Data Master job.", allow_abbrev=False)
    parser.add_argument("--contract", default="", help="path of the contract; empty: the one in this package")
    parser.add_argument("--catalog", required=True, help="catalog that holds the schemas bronze, silver and gold")
    parser.add_argument("--lake-url", required=True, help="the lake: abfss://account.dfs.core.windows.net or file:///…")
    parser.add_argument("--checkpoints-url", required=True, help="folder of the streams' checkpoints")
    parser.add_argument("--ingestion-id", required=True, help="UUID of the run, kept with every row")
    parser.add_argument("--raw-stream-format", default="files", type=RawStreamFormat, choices=list(RawStreamFormat))
    parser.add_argument(
        "--column-tags", default="false", choices=("true", "false"), help="tag columns with their class"
    )
    given = parser.parse_args(arguments)
    return JobParameters(
        contract=read_contract(Path(given.contract) if given.contract else None),
        catalog=given.catalog,
        lake_url=given.lake_url,
        checkpoints_url=given.checkpoints_url,
        ingestion_id=given.ingestion_id,
        raw_stream_format=given.raw_stream_format,
        column_tags=given.column_tags == "true",
    )
