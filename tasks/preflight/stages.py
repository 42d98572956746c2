"""Which checks stand before which stage of a release: before the first there is no image yet, no pool and no job."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from enum import StrEnum
from functools import partial

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from blocks.documents import DatabricksWorkspace, SourceConnection
from blocks.images import OF_NO_SOURCE, image_name
from blocks.register import IncompleteEnvironment, documents
from contracts.folder import Contracts
from tasks.connections import open_workspace
from tasks.preflight.azure_identity import AzureIdentity
from tasks.preflight.azure_roles import MANAGEMENT, management_api, role_checks
from tasks.preflight.check import Check, checked, out_of_reach, unset
from tasks.preflight.github import github_api, github_environment_check, github_token_check
from tasks.preflight.graph import GRAPH, graph_api, require_groups_right
from tasks.preflight.job import job_checks
from tasks.preflight.key_vault import require_secrets, secret_names
from tasks.preflight.prefect_server import require_deployed, require_server, require_worker
from tasks.preflight.registry import Registry
from tasks.preflight.run import Deployments, lake_check, source_check


class Stage(StrEnum):
    """What is about to be done."""

    INFRASTRUCTURE = "infrastructure"
    IMAGES = "images"
    DEPLOY = "deploy"
    RUN = "run"


class PreflightSettings(BaseSettings):
    """Where to look, from the environment; what a stage needs and is not set is a failed check of it."""

    github_token: SecretStr | None = None
    github_repository: str | None = None
    github_api_url: str = "https://api.github.com"
    datamaster_environment: str | None = None
    arm_subscription_id: str | None = None
    datamaster_registry: str | None = None
    datamaster_key_vault: str | None = None


def checks_for(stage: Stage, settings: PreflightSettings, contracts: Contracts) -> Iterator[Check]:
    """Every check of the stage, each as soon as it was made."""
    match stage:
        case Stage.INFRASTRUCTURE:
            yield from _github(settings)
            yield from _github_environment(settings)
            yield from _azure(settings)
        case Stage.IMAGES:
            yield from _github(settings)
            yield from _registry_takes_images(settings, contracts)
        case Stage.DEPLOY:
            yield from _registry_has_images(settings, contracts)
            yield from _documents_and_secrets(settings, contracts)
            yield checked("Prefect", require_server)
        case Stage.RUN:
            yield from _run(contracts)


def _github(settings: PreflightSettings) -> Iterator[Check]:
    token, repository = settings.github_token, settings.github_repository
    if not (token and repository):
        yield from unset(GITHUB_TOKEN=token, GITHUB_REPOSITORY=repository)
        return
    with closing(github_api(settings.github_api_url, token.get_secret_value())) as api:
        yield github_token_check(api, repository)


def _github_environment(settings: PreflightSettings) -> Iterator[Check]:
    token, repository, environment = (
        settings.github_token,
        settings.github_repository,
        settings.datamaster_environment,
    )
    if not environment:
        yield from unset(DATAMASTER_ENVIRONMENT=environment)
    elif token and repository:
        with closing(github_api(settings.github_api_url, token.get_secret_value())) as api:
            yield github_environment_check(api, repository, environment)


def _azure(settings: PreflightSettings) -> Iterator[Check]:
    subscription, identity = settings.arm_subscription_id, AzureIdentity()
    if not subscription:
        yield from unset(ARM_SUBSCRIPTION_ID=subscription)
        return
    signed_in = checked("Azure sign-in", lambda: [identity.token(MANAGEMENT), identity.token(GRAPH)])
    yield signed_in
    if not signed_in.passed:
        yield from out_of_reach(signed_in, f"roles in subscription {subscription}", "right to make groups")
        return
    claims = identity.claims(GRAPH)
    principal, is_person = str(claims["oid"]), "scp" in claims
    with closing(management_api(MANAGEMENT, identity.token(MANAGEMENT))) as api:
        yield from role_checks(api, subscription, principal)
    with closing(graph_api(GRAPH, identity.token(GRAPH))) as api:
        yield checked("right to make groups", lambda: require_groups_right(api, principal, is_person=is_person))


def _images(contracts: Contracts) -> list[str]:
    sources = [source.name for contract in contracts.datasets for source in contract.sources]
    return [image_name(name) for name in (*sources, *OF_NO_SOURCE)]


def _registry_takes_images(settings: PreflightSettings, contracts: Contracts) -> Iterator[Check]:
    if not settings.datamaster_registry:
        yield from unset(DATAMASTER_REGISTRY=None)
        return
    with closing(Registry(settings.datamaster_registry, AzureIdentity())) as registry:
        for image in _images(contracts):
            repository = image.partition(":")[0]
            yield checked(f"right to push {repository}", partial(registry.require_push, repository))


def _registry_has_images(settings: PreflightSettings, contracts: Contracts) -> Iterator[Check]:
    if not settings.datamaster_registry:
        yield from unset(DATAMASTER_REGISTRY=None)
        return
    with closing(Registry(settings.datamaster_registry, AzureIdentity())) as registry:
        for image in _images(contracts):
            yield checked(f"image {image}", partial(registry.require_image, image))


def _documents_and_secrets(settings: PreflightSettings, contracts: Contracts) -> Iterator[Check]:
    """What `blocks.register` is about to save, the secrets that it refers to, and whether Databricks opens with it."""
    try:
        made = documents(contracts, os.environ)
    except IncompleteEnvironment as error:
        failed = [Check(subject="block documents", failure=line) for line in str(error).splitlines()]
        yield from [*failed, *out_of_reach(failed[0], "Databricks", "secrets in Key Vault")]
        return
    yield Check(subject="block documents")
    yield from (
        checked("Databricks", partial(_ask_anything, document))
        for document in made.values()
        if isinstance(document, DatabricksWorkspace)
    )
    connections = [document for document in made.values() if isinstance(document, SourceConnection)]
    yield from _key_vault(settings, secret_names(connections))


def _ask_anything(document: DatabricksWorkspace) -> None:
    open_workspace(document).ask("jobs/list", lambda jobs: next(iter(jobs.list(limit=1)), None))


def _key_vault(settings: PreflightSettings, names: set[str]) -> Iterator[Check]:
    subscription, vault = settings.arm_subscription_id, settings.datamaster_key_vault
    if not (subscription and vault):
        yield from unset(ARM_SUBSCRIPTION_ID=subscription, DATAMASTER_KEY_VAULT=vault)
        return
    yield checked(f"secrets in {vault}", lambda: _require_secrets(subscription, vault, names))


def _require_secrets(subscription: str, vault: str, names: set[str]) -> None:
    with closing(management_api(MANAGEMENT, AzureIdentity().token(MANAGEMENT))) as api:
        require_secrets(api, subscription, vault, names)


def _run(contracts: Contracts) -> Iterator[Check]:
    """What the parent flow of each dataset looks at first, and besides whether anybody would begin its runs."""
    server = checked("Prefect", require_server)
    yield server
    if not server.passed:
        yield from out_of_reach(server, *(f"deployment lakehouse/{one.slug}" for one in contracts.datasets))
        return
    for contract in contracts.datasets:
        deployed = Deployments(contract)
        yield checked(f"deployment {deployed.parent}", partial(_require_begun, deployed))
        yield lake_check(contract)
        yield from job_checks(contract, deployed.version)
        yield from (source_check(source, deployed.of(source)) for source in contract.sources)


def _require_begun(deployed: Deployments) -> None:
    require_worker(require_deployed(deployed.parent, deployed.of_parent()))
