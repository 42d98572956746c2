"""What a run of a dataset needs: all of it stops the run where it is missing, what one source needs stops that source.

A source that does not answer is not looked for here: its own flow run fails with the reason, and the others go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field

from blocks.documents import LAKE_DOCUMENT
from contracts.contract import Contract
from contracts.raw_layout import MANIFESTS
from contracts.sources.source import BaseSource
from tasks.connections import open_raw, source_values
from tasks.errors import MisconfiguredError, PipelineError, PreflightFailed
from tasks.preflight.azure_identity import AzureIdentity
from tasks.preflight.check import Check, checked
from tasks.preflight.job import job_checks
from tasks.preflight.prefect_server import Deployed, read_deployments, require_deployed
from tasks.preflight.registry import Registry
from tasks.transform.transformation import Rebuild

_PROBE = "_preflight/probe"


@dataclass(frozen=True)
class Readiness:
    """The sources to ingest, in the contract's order, and why some of them cannot be."""

    sources: list[str]
    refusals: dict[str, str] = field(default_factory=dict)


def check_run(contract: Contract, sources: Sequence[str] | None, rebuild: Rebuild | None = None) -> Readiness:
    """The sources of those names, or all, when the lake can be written and the dataset's job can be run.

    Raises:
        PreflightFailed: a source is unknown; lake, job or Prefect are missing or refuse the credentials; or the
            contract changed what the rows of a table were made by, and nobody asked to make it anew. A line each.
    """
    chosen = [source for source in contract.sources if not sources or source.name in sources]
    deployed = Deployments(contract)
    checks = [
        *unknown_sources(contract, sources or ()),
        deployed.check,
        lake_check(contract),
        *job_checks(contract, deployed.version, rebuild),
    ]
    if failures := [check.failure for check in checks if check.failure]:
        raise PreflightFailed("\n".join(failures))
    looked_at = {source.name: source_check(source, deployed.of(source)) for source in chosen}
    refusals = {name: check.failure for name, check in looked_at.items() if check.failure}
    return Readiness([source.name for source in chosen], refusals)


class Deployments:
    """A dataset's deployments, read once."""

    def __init__(self, contract: Contract) -> None:
        """Ask Prefect; what it does not answer is a failed check."""
        self.parent = f"lakehouse/{contract.slug}"
        self._found: dict[str, Deployed | None] = {}
        names = [self.parent, *(f"ingest/{source.name}" for source in contract.sources)]
        self.check = checked("Prefect", lambda: self._found.update(read_deployments(names)))

    @property
    def version(self) -> str | None:
        """Of this release, as the parent flow's deployment has it; None for a flow that runs without a deployment."""
        parent = self._found.get(self.parent)
        return parent.version if parent else None

    def of(self, source: BaseSource) -> Deployed | None:
        """The source's."""
        return self._found.get(f"ingest/{source.name}")

    def of_parent(self) -> Deployed | None:
        """The parent flow's."""
        return self._found.get(self.parent)


def unknown_sources(contract: Contract, names: Sequence[str]) -> list[Check]:
    """A failed check where names are none of the dataset's sources."""
    known = [source.name for source in contract.sources]
    unknown = sorted(set(names).difference(known))
    told = f"{contract.slug} has no source {', '.join(unknown)}: it has {', '.join(known)}"
    return [Check(subject="sources", failure=told)] if unknown else []


def lake_check(contract: Contract) -> Check:
    """That raw can be listed and written to: a blob is staged, which nobody sees and Azure drops within a week."""
    return checked("lake", lambda: _require_raw(contract))


def _require_raw(contract: Contract) -> None:
    raw = open_raw()
    try:
        raw.first(f"{MANIFESTS}/{contract.name}/")
        raw.stage(_PROBE, b"can be written")
    except PipelineError as error:
        raise MisconfiguredError(f"block document {LAKE_DOCUMENT}: {error}") from None


def source_check(source: BaseSource, deployed: Deployed | None) -> Check:
    """That a run of the source can begin: its deployment, its image, its block document and secrets."""
    return checked(f"source {source.name}", lambda: _require_source(source, deployed))


def _require_source(source: BaseSource, found: Deployed | None) -> None:
    deployed = require_deployed(f"ingest/{source.name}", found)
    if deployed.image:
        host, _, image = deployed.image.partition("/")
        with closing(Registry(host, AzureIdentity())) as registry:
            registry.require_image(image)
    source_values(source)
