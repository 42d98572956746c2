"""Environments differ exactly where `settings.py` says, and every difference that it says is real.

Each setting that differs between two environments is changed alone, and the changed places of the plan are noted. What
differs between the whole environments must be the union of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from infra_cdktf.environment_settings import EnvironmentSettings
from infra_cdktf.settings import DEV, PRE, PROD
from tests.infra_cdktf.conftest import Synthesis

pytestmark = pytest.mark.infra

SUBSCRIPTION = "00000000-0000-0000-0000-00000000000"
DEPLOYER = r"00000000-0000-0000-0000-00000000(dddd|eeee|ffff)"
NAME = re.compile(r"\b(dev|pre|prod)\b|(?<=datamaster)(dev|pre|prod)(?=lake|acr|dbx)|(?<=datamaster_)(dev|pre|prod)")

Places = dict[str, str]


def places(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every leaf of a JSON value with its path; the environment's own name reads `ENV` everywhere."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, f"{path}/{NAME.sub('ENV', key)}")
    elif isinstance(value, list):
        yield path, f"{len(value)} items"
        for position, inner in enumerate(value):
            yield from places(inner, f"{path}/{position}")
    else:
        text = re.sub(SUBSCRIPTION + r"\d", "SUBSCRIPTION", str(value))
        text = re.sub(DEPLOYER, "DEPLOYER", text)
        text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID5", text)
        yield path, NAME.sub("ENV", text)


class Environments:
    """Synthesizes one environment beside a partner that owns the account's objects if it does not."""

    def __init__(self, synthesis: Synthesis, folder: Path) -> None:
        self._synthesis, self._folder, self._count = synthesis, folder, count()

    def places(self, settings: EnvironmentSettings) -> Places:
        partner = PRE.model_copy(update={"owns_account_objects": not settings.owns_account_objects})
        plan = self._synthesis.into(self._folder / str(next(self._count)), (partner, settings))
        return dict(places({name: body for name, body in plan.stacks.items() if f"-{settings.name}-" in name}))


def changed(before: Places, after: Places) -> set[str]:
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def differing_settings(one: EnvironmentSettings, other: EnvironmentSettings) -> dict[str, EnvironmentSettings]:
    """`one` with each setting that differs taken from `other`, alone, by the setting's name."""
    alone = {}
    for field in type(one).model_fields:
        mine, theirs = getattr(one, field), getattr(other, field)
        if field == "name" or mine == theirs:
            continue
        if not hasattr(mine, "model_copy"):
            alone[field] = one.model_copy(update={field: theirs})
            continue
        for inner in type(mine).model_fields:
            if getattr(mine, inner) != getattr(theirs, inner):
                part = mine.model_copy(update={inner: getattr(theirs, inner)})
                alone[f"{field}.{inner}"] = one.model_copy(update={field: part})
    return alone


@pytest.mark.chaos
def test_dev_and_prod_differ_exactly_where_their_settings_do(synthesis: Synthesis, tmp_path: Path) -> None:
    environments = Environments(synthesis, tmp_path)
    dev, prod = environments.places(DEV), environments.places(PROD)
    effects = {
        setting: changed(dev, environments.places(settings))
        for setting, settings in differing_settings(DEV, PROD).items()
    }
    assert [setting for setting, effect in effects.items() if not effect] == [], "settings without any effect"
    assert changed(dev, prod) == set().union(*effects.values())
    assert set(effects) >= {"network.address_space", "lake.replication", "databricks.photon", "grafana"}
