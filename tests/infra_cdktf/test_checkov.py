"""checkov over the synthesized plan. A check is skipped for the resource that gives its reason, and for no other."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra_cdktf.checkov_skips import SKIPS_KEY
from infra_cdktf.main import HERE
from tests.infra_cdktf.own_environment import make_environment
from tests.infra_cdktf.plan import Plan

pytestmark = pytest.mark.infra

MOST_SKIPS = 12

Finding = tuple[str, str, str]
"""Check, stack and name of the resource."""


@dataclass(frozen=True)
class Report:
    passed: int
    parsing_errors: int
    failed: set[Finding]


@pytest.fixture(scope="module")
def report(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Report:
    checkov = make_environment(tmp_path_factory.mktemp("checkov") / "venv", "checkov.txt") / "checkov"
    options = ["--framework", "terraform_json", "--skip-download", "--quiet", "--compact", "--output", "json"]
    done = subprocess.run(
        [checkov, "--directory", plan.folder, *options, "--soft-fail"], capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    failed = {_finding(check) for check in found["results"]["failed_checks"]}
    return Report(found["summary"]["passed"], found["summary"]["parsing_errors"], failed)


def _finding(check: dict[str, Any]) -> Finding:
    return check["check_id"], Path(check["file_path"]).parent.name, check["resource"].rpartition(".")[2]


def excused(plan: Plan) -> dict[Finding, str]:
    return {
        (check, resource.stack, resource.address.rpartition(".")[2]): reason
        for resource in plan.all()
        for check, reason in resource.get("//", {}).get(SKIPS_KEY, {}).items()
    }


@pytest.mark.chaos
def test_no_check_fails_without_a_reason_beside_its_resource(plan: Plan, report: Report) -> None:
    assert report.failed - excused(plan).keys() == set()


@pytest.mark.chaos
def test_no_reason_stands_for_a_check_that_would_pass(plan: Plan, report: Report) -> None:
    assert excused(plan).keys() - report.failed == set()


@pytest.mark.chaos
def test_checkov_saw_the_whole_plan(report: Report) -> None:
    assert report.passed > 200
    assert report.parsing_errors == 0


def test_few_checks_are_skipped_and_each_has_a_reason(plan: Plan) -> None:
    reasons = excused(plan)
    assert len({check for check, _, _ in reasons}) <= MOST_SKIPS
    assert all(len(reason.split()) >= 4 for reason in reasons.values())


def test_configuration_for_the_command_line_skips_the_same_checks(plan: Plan) -> None:
    configured = yaml.safe_load((HERE / ".checkov.yaml").read_text(encoding="utf-8"))["skip-check"]
    assert configured == sorted({check for check, _, _ in excused(plan)})
