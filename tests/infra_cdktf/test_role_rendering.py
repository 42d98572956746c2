"""What the contract's words mean on a container and on a schema, for roles that the present contracts do not have."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from contracts.lake_terms import Access, Layer, Role
from infra_cdktf.access_matrix import CONTRIBUTOR, READER, location_privileges, schema_privileges, storage_role
from infra_cdktf.lake_containers import BRANCHES, FLOWS, SideContainer, side_access
from infra_cdktf.problems import InvalidSettings
from infra_cdktf.roles import LAKE_UPLOADER
from tests.infra_cdktf.conftest import Synthesis
from tests.packaged_contracts import CONTRACTS

pytestmark = pytest.mark.infra


def role(*access: Access, layer: Layer = Layer.SILVER, workload: bool = False) -> Role:
    return Role(name="auditors", workload=workload, access_by_layer={layer: access})


def test_no_access_is_neither_role_nor_privilege() -> None:
    nobody = role()
    assert storage_role(nobody, Layer.SILVER) is None
    assert schema_privileges(nobody, Layer.SILVER) == ()
    assert location_privileges(nobody, Layer.SILVER) == ()


@pytest.mark.parametrize(("folder", "role_name"), [(None, READER), ("processed", CONTRIBUTOR)])
def test_flows_write_to_landing_only_where_a_source_has_its_files_moved(folder: str | None, role_name: str) -> None:
    contracts = CONTRACTS
    purchases = contracts.dataset("customer_purchases")
    files = purchases.source("branch-files").model_copy(update={"move_landed_to": folder})
    changed = purchases.model_copy(update={"sources": (files,)})
    access = side_access(contracts.model_copy(update={"datasets": (changed,)}))
    assert access[SideContainer.LANDING][FLOWS] == role_name
    assert access[SideContainer.LANDING][BRANCHES] == LAKE_UPLOADER


def test_order_of_the_words_does_not_matter() -> None:
    one, other = role(Access.READ, Access.WRITE), role(Access.WRITE, Access.READ)
    assert storage_role(one, Layer.SILVER) == storage_role(other, Layer.SILVER)
    assert schema_privileges(one, Layer.SILVER) == schema_privileges(other, Layer.SILVER)


@pytest.mark.parametrize("access", [(Access.WRITE,), (Access.CREATE,), (Access.READ, Access.ALL)])
def test_words_without_a_rendering_are_refused_rather_than_widened(access: tuple[Access, ...]) -> None:
    for render in (storage_role, schema_privileges):
        with pytest.raises(InvalidSettings, match=r"^role auditors: access \[.*\] on silver has no rendering"):
            render(role(*access), Layer.SILVER)


def test_contracts_without_the_platforms_roles_are_refused_by_name(synthesis: Synthesis, tmp_path: Path) -> None:
    lake = synthesis.contracts.lake
    contracts = synthesis.contracts.model_copy(
        update={"lake": lake.model_copy(update={"roles": lake.roles[:1]})},
    )
    with pytest.raises(InvalidSettings) as raised:
        replace(synthesis, contracts=contracts).into(tmp_path)
    assert raised.value.problems == tuple(
        f"contracts: have no role {name}" for name in ("data_admins", "flows", "pipeline")
    )


def test_reading_never_includes_changing() -> None:
    privileges = schema_privileges(role(Access.READ), Layer.SILVER)
    assert not {"MODIFY", "CREATE_TABLE", "WRITE_VOLUME", "MANAGE"} & set(privileges)


def test_people_who_write_tables_need_no_location_and_workloads_do() -> None:
    assert location_privileges(role(Access.READ, Access.WRITE), Layer.SILVER) == ()
    workload = role(Access.READ, Access.WRITE, workload=True)
    assert location_privileges(workload, Layer.SILVER) == ("CREATE_EXTERNAL_TABLE",)
