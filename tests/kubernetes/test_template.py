"""The work pool's template: what is committed, and what it promises to be."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from deployments.work_pool.manifest import PREFECT_API_KEY, PREFECT_API_SECRET, SECRETS_CLASS
from deployments.work_pool.template import COMMITTED, base_job_template, render
from deployments.work_pool.variables import FLOWS_SERVICE_ACCOUNT, NAMESPACE, POD_START_SECONDS
from tasks.kubernetes.losses import Patience
from tests.kubernetes.paths import MANIFESTS

TEMPLATE = base_job_template()
PROPERTIES = TEMPLATE["variables"]["properties"]


def test_committed_template_is_what_the_installed_plugin_and_our_changes_give() -> None:
    assert COMMITTED.read_text() == render(), "run python -m deployments.work_pool.template and look at the difference"


def test_every_placeholder_is_a_variable() -> None:
    used = set(re.findall(r"\{\{ (\w+) \}\}", render()))
    assert used == set(PROPERTIES)


@pytest.mark.parametrize("image", ["acme.azurecr.io/store-database:1.2.0", "registry:5000/flows/api:0.1.0-rc1"])
def test_image_is_a_version_of_a_source(image: str) -> None:
    assert re.search(PROPERTIES["image"]["pattern"], image)


@pytest.mark.parametrize(
    "image", ["store-database:1.0.0", "acme.azurecr.io/store-database", "acme.azurecr.io/api:latest"]
)
def test_image_without_registry_or_version_is_refused(image: str) -> None:
    assert not re.search(PROPERTIES["image"]["pattern"], image)


def test_worker_has_said_its_word_before_the_reconciler_decides() -> None:
    assert Patience().started.total_seconds() > POD_START_SECONDS


def test_names_are_those_of_the_manifests() -> None:
    documents = [one for file in (MANIFESTS / "base").glob("*.yaml") for one in yaml.safe_load_all(file.read_text())]
    names = {(one["kind"], one["metadata"]["name"]): one for one in documents if "metadata" in one}
    assert ("Namespace", NAMESPACE) in names
    assert ("ServiceAccount", FLOWS_SERVICE_ACCOUNT) in names
    secrets: list[dict[str, Any]] = names["SecretProviderClass", SECRETS_CLASS]["spec"]["secretObjects"]
    assert [(one["secretName"], one["data"][0]["key"]) for one in secrets] == [(PREFECT_API_SECRET, PREFECT_API_KEY)]
