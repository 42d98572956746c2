"""Bad settings end before synthesis, with one line each."""

from __future__ import annotations

import subprocess
import sys
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from infra_cdktf.accounts import read_accounts
from infra_cdktf.environment_settings import EnvironmentSettings, NetworkSettings
from infra_cdktf.main import HERE, PROJECT
from infra_cdktf.problems import InvalidSettings
from infra_cdktf.settings import DEV, ENVIRONMENTS, PROD, check_together, environment_settings

pytestmark = pytest.mark.infra

EXAMPLE = (HERE / "accounts.example.toml").read_text(encoding="utf-8")


def problems_with(tmp_path: Path, text: str) -> tuple[str, ...]:
    path = tmp_path / "accounts.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidSettings) as raised:
        read_accounts(path)
    return raised.value.problems


def without(name: str) -> str:
    return "\n".join(line for line in EXAMPLE.splitlines() if not line.startswith(f"{name} ="))


def test_the_example_is_valid() -> None:
    assert read_accounts(HERE / "accounts.example.toml").prefix == "datamaster"


def test_missing_tenant_is_one_line(tmp_path: Path) -> None:
    assert problems_with(tmp_path, without("tenant_id")) == ("accounts.toml: tenant_id: Field required",)


def test_prefix_too_long_is_one_line(tmp_path: Path) -> None:
    text = EXAMPLE.replace('prefix = "datamaster"', 'prefix = "datamasterplus"')
    assert problems_with(tmp_path, text) == ("accounts.toml: prefix: String should have at most 11 characters",)


@pytest.mark.parametrize("prefix", ["Data", "1data", "da-ta", "da", "dãta"])
def test_prefix_that_azure_refuses_is_one_line(tmp_path: Path, prefix: str) -> None:
    text = EXAMPLE.replace('prefix = "datamaster"', f'prefix = "{prefix}"')
    (problem,) = problems_with(tmp_path, text)
    assert problem.startswith("accounts.toml: prefix: ")


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    text = without("tenant_id").replace("data-platform@example.com", "nobody").replace("203.0.113.10", "10.0.0.0/8")
    problems = problems_with(tmp_path, text)
    assert [problem.split(": ")[1] for problem in problems] == ["tenant_id", "deployer_ip_ranges", "alert_email"]


@pytest.mark.parametrize("written", ["203.0.113.10/32", "203.0.113.10/31"])
def test_address_ranges_that_storage_firewalls_refuse_are_refused_here(tmp_path: Path, written: str) -> None:
    (problem,) = problems_with(tmp_path, EXAMPLE.replace("203.0.113.10", written))
    assert problem == (
        f"accounts.toml: deployer_ip_ranges: {written}: "
        "Azure takes no /31 or /32; write single addresses without a length"
    )


def test_a_person_may_deploy_dev_and_nothing_else(tmp_path: Path) -> None:
    person = '{ user = "ana@example.com" }'
    ours = '{ application_id = "00000000-0000-0000-0000-00000000dddd" }'
    path = tmp_path / "own.toml"
    path.write_text(EXAMPLE.replace(ours, person), encoding="utf-8")
    assert read_accounts(path).deployers.dev.assignee == "ana@example.com"
    text = EXAMPLE.replace('{ application_id = "00000000-0000-0000-0000-00000000ffff" }', person)
    assert problems_with(tmp_path, text) == (
        "accounts.toml: deployers.prod: a person deploys dev only; name a principal by its application_id",
    )


def test_a_deployer_is_a_principal_or_a_person(tmp_path: Path) -> None:
    text = EXAMPLE.replace('{ application_id = "00000000-0000-0000-0000-00000000dddd" }', "{}")
    assert problems_with(tmp_path, text) == (
        "accounts.toml: deployers.dev: must have either application_id (a principal) or user (a person)",
    )


def test_misspelled_account_is_one_line(tmp_path: Path) -> None:
    problems = problems_with(tmp_path, EXAMPLE.replace("alert_email", "alert_mail"))
    assert problems == (
        "accounts.toml: alert_email: Field required",
        "accounts.toml: alert_mail: Extra inputs are not permitted",
    )


def test_missing_file_says_what_to_copy(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match=r"accounts\.toml: not found; copy accounts\.example\.toml"):
        read_accounts(tmp_path / "accounts.toml")


def test_broken_toml_is_one_line(tmp_path: Path) -> None:
    (problem,) = problems_with(tmp_path, "prefix = ")
    assert problem.startswith("accounts.toml: is no TOML")


def test_unknown_environment_names_the_known() -> None:
    with pytest.raises(InvalidSettings) as raised:
        environment_settings("test")
    assert raised.value.problems == ("environment 'test': unknown; there are dev, pre, prod",)


def test_overlapping_environments_are_one_line_each() -> None:
    network = NetworkSettings(address_space=IPv4Network("10.10.128.0/17"))
    with pytest.raises(InvalidSettings) as raised:
        check_together((DEV, PROD.model_copy(update={"network": network})))
    assert raised.value.problems == ("dev.network.address_space: 10.10.0.0/16 overlaps prod's 10.10.128.0/17",)


def test_exactly_one_environment_owns_what_exists_once() -> None:
    with pytest.raises(InvalidSettings, match="exactly one must have owns_account_objects"):
        check_together((DEV.model_copy(update={"owns_account_objects": False}), PROD))


def test_a_name_stands_once() -> None:
    with pytest.raises(InvalidSettings, match="same name"):
        check_together((DEV, DEV))


@pytest.mark.parametrize(
    ("space", "reason"),
    [
        ("192.168.0.0/16", "address_space 192.168.0.0/16 overlaps pod_cidr 192.168.0.0/16"),
        ("172.16.0.0/12", "address_space 172.16.0.0/12 overlaps service_cidr 172.31.0.0/16"),
        ("10.0.0.0/21", "10.0.0.0/21 must be a private range of /20 or larger"),
        ("8.0.0.0/16", "8.0.0.0/16 must be a private range of /20 or larger"),
    ],
)
def test_network_that_cannot_work_is_refused(space: str, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        NetworkSettings(address_space=IPv4Network(space))


def test_production_always_protects_its_data() -> None:
    with pytest.raises(ValidationError, match="protects_data must be true in prod"):
        EnvironmentSettings.model_validate(PROD.model_dump() | {"protects_data": False})


def test_settings_are_frozen() -> None:
    changed: Any = DEV
    with pytest.raises(ValidationError, match="frozen"):
        changed.protects_data = True


def test_there_are_three_environments() -> None:
    assert [settings.name for settings in ENVIRONMENTS] == ["dev", "pre", "prod"]


def synthesized(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "infra_cdktf.main"],
        cwd=PROJECT,
        env={"PATH": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_command_ends_with_the_line_and_no_traceback(tmp_path: Path) -> None:
    accounts = tmp_path / "accounts.toml"
    accounts.write_text(without("tenant_id"), encoding="utf-8")
    done = synthesized({"DATAMASTER_ACCOUNTS": str(accounts), "CDKTF_OUTDIR": str(tmp_path / "out")})
    assert (done.returncode, done.stderr) == (1, "accounts.toml: tenant_id: Field required\n")
    assert not (tmp_path / "out").exists()


def test_command_tells_every_problem_of_the_contracts_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "one.odcs.yaml").write_text("[]", encoding="utf-8")
    (tmp_path / "two.odcs.yaml").write_text("name: [", encoding="utf-8")
    accounts = str(HERE / "accounts.example.toml")
    folders = {"DATAMASTER_CONTRACTS": str(tmp_path), "CDKTF_OUTDIR": str(tmp_path / "out")}
    done = synthesized({"DATAMASTER_ACCOUNTS": accounts, **folders})
    assert done.returncode == 1
    assert [line.partition(": ")[0] for line in done.stderr.splitlines()] == [
        str(tmp_path / name) for name in ("one.odcs.yaml", "two.odcs.yaml")
    ]
    assert not (tmp_path / "out").exists()
