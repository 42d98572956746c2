"""What a run of the job is told: the job's parameters, as Databricks hands them to every task."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from contracts.contract import Contract
from contracts.folder import read_contracts
from contracts.job_document import JOB_PARAMETERS, RawStreamFormat
from contracts.lake_terms import Layer
from spark_jobs.tables.lakehouse import Lakehouse, Table


@dataclass(frozen=True, kw_only=True)
class JobParameters:
    """Parameters of one run of the job.

    `rebuild` is the layer to make anew from the one below, gold with silver; `erase` the request that names whose rows
    are erased.
    """

    contract: Contract
    catalog: str
    lake_url: str
    checkpoints_url: str
    ingestion_id: str
    raw_stream_format: RawStreamFormat
    column_tags: bool
    rebuild: Layer | None = None
    erase: UUID | None = None

    @property
    def lakehouse(self) -> Lakehouse:
        """The tables this run works on."""
        return Lakehouse(self.contract, self.catalog, self.lake_url)

    def makes_anew(self, table: Table) -> bool:
        """Whether this run makes the table anew, from all that is in the layer below."""
        return self.rebuild is not None and table.layer in {self.rebuild, Layer.GOLD}


def parse_job_parameters(task: str, arguments: Sequence[str] | None = None) -> JobParameters:
    """The parameters in the arguments, by default this process's; exits with a usage message if they are wrong.

    Raises:
        contracts.problems.ContractError: the contracts cannot be used.
        contracts.folder.UnknownDataset: none of them describes the dataset.
    """
    parser = ArgumentParser(prog=task, description=f"Task {task} of the Data Master job.", allow_abbrev=False)
    for parameter in JOB_PARAMETERS:
        parser.add_argument(
            f"--{parameter.argument}",
            default=parameter.default,
            required=parameter.default is None,
            choices=parameter.choices,
            help=parameter.help,
        )
    given = parser.parse_args(arguments)
    return JobParameters(
        contract=read_contracts(Path(given.contracts) if given.contracts else None).dataset(given.dataset),
        catalog=given.catalog,
        lake_url=given.lake_url,
        checkpoints_url=given.checkpoints_url,
        ingestion_id=given.ingestion_id or str(uuid4()),
        raw_stream_format=RawStreamFormat(given.raw_stream_format),
        column_tags=given.column_tags == "true",
        rebuild=Layer(given.rebuild) if given.rebuild else None,
        erase=_request_id(given.erase, parser),
    )


def _request_id(given: str, parser: ArgumentParser) -> UUID | None:
    """The id, or the end of the process: what is none may be a person's number and is not repeated."""
    try:
        return UUID(given) if given else None
    except ValueError:
        parser.error("argument --erase: must be the UUID of a request")
