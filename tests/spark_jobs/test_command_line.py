"""What the job is told and what it says: parameters, key, errors, and the job's own document."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from contracts.job_document import RawStreamFormat, job_document
from sandbox.home import REPOSITORY
from spark_jobs import command_line
from spark_jobs.command_line import hash_key
from spark_jobs.errors import MisconfiguredError
from spark_jobs.job_parameters import parse_job_parameters
from tests.packaged_contracts import PURCHASES

ENVIRONMENT = {"catalog": "main", "lake_url": "file:///lake", "checkpoints_url": "file:///lake/checkpoints"}
JOB = job_document(PURCHASES, ENVIRONMENT)
ARGUMENTS = [
    "--dataset=customer-purchases",
    "--catalog=main",
    "--lake-url=file:///lake",
    "--checkpoints-url=file:///lake/checkpoints",
    "--ingestion-id=1",
]


def test_parameters_that_are_not_given_have_defaults() -> None:
    job = parse_job_parameters("bronze", ARGUMENTS)
    assert job.contract.name == "customer_purchases"
    assert job.raw_stream_format is RawStreamFormat.FILES
    assert job.column_tags is False
    assert job.lakehouse.bronze.full_name == "main.bronze.customer_purchases"


def test_every_parameter_counts() -> None:
    given = [*ARGUMENTS, "--contracts=", "--raw-stream-format=cloudFiles", "--column-tags=true"]
    job = parse_job_parameters("bronze", given)
    assert job.raw_stream_format is RawStreamFormat.CLOUD_FILES
    assert job.column_tags is True
    assert (job.lake_url, job.checkpoints_url) == ("file:///lake", "file:///lake/checkpoints")
    assert job.ingestion_id == "1"


def test_what_is_no_request_may_be_a_person_s_number_and_is_not_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse_job_parameters("bronze", [*ARGUMENTS, "--erase=529.982.247-25"])
    assert "529.982" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("--raw-stream-format=kafka", "kafka"),
        ("--column-tags=maybe", "maybe"),
        ("--lake=file:///lake", "--lake=file:///lake"),
        ("--erase=C-1029", "argument --erase: must be the UUID of a request"),
    ],
)
def test_a_wrong_parameter_is_refused(wrong: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse_job_parameters("bronze", [*ARGUMENTS, wrong])
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("", "PII_HASH_KEY is not set; set it to a random secret of at least 32 bytes"),
        ("short", "PII_HASH_KEY has 5 bytes; set it to a random secret of at least 32 bytes"),
    ],
)
def test_a_missing_or_short_key_is_refused_without_showing_it(value: str, told: str) -> None:
    with pytest.raises(MisconfiguredError) as caught:
        hash_key(value)
    assert str(caught.value) == told


def test_a_key_is_taken_as_it_is() -> None:
    assert hash_key("ç" * 16) == "ç".encode() * 16


def test_a_contract_that_cannot_be_used_ends_the_task_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["bronze", *ARGUMENTS, f"--contracts={tmp_path}"])
    with pytest.raises(SystemExit) as ended:
        command_line.bronze()
    assert str(ended.value) == f"bronze failed: {tmp_path}: (folder): holds no *.odcs.yaml"


def test_a_dataset_that_no_contract_describes_ends_the_task_with_those_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.argv", ["gold", *ARGUMENTS, "--dataset=orders"])
    with pytest.raises(SystemExit) as ended:
        command_line.gold()
    assert str(ended.value).startswith(
        "gold failed: no contract describes a dataset orders: there are customer-purchases"
    )


def test_a_run_without_an_id_makes_one() -> None:
    unnamed = [argument for argument in ARGUMENTS if "ingestion" not in argument]
    first, second = (parse_job_parameters("bronze", unnamed).ingestion_id for _ in range(2))
    assert len(first) == len(second) == 36
    assert first != second


def test_the_job_runs_the_wheels_entry_points_one_after_another() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wheels = [task["python_wheel_task"] for task in JOB["tasks"]]
    assert [task["task_key"] for task in JOB["tasks"]] == ["bronze", "silver", "gold"]
    assert [[dependency["task_key"] for dependency in task["depends_on"]] for task in JOB["tasks"]] == [
        [],
        ["bronze"],
        ["silver"],
    ]
    assert {wheel["package_name"] for wheel in wheels} == {project["name"]}
    assert [project["scripts"][wheel["entry_point"]] for wheel in wheels] == [
        f"spark_jobs.command_line:{name}" for name in ("bronze", "silver", "gold")
    ]


def test_the_job_hands_its_parameters_to_every_task() -> None:
    names = [parameter["name"] for parameter in JOB["parameters"]]
    expected = {name.replace("_", "-"): f"{{{{job.parameters.{name}}}}}" for name in names}
    for task in JOB["tasks"]:
        assert task["python_wheel_task"]["named_parameters"] == expected
    defaults = {parameter["name"].replace("_", "-"): parameter["default"] for parameter in JOB["parameters"]}
    assert parse_job_parameters("bronze", [f"--{name}={value}" for name, value in defaults.items()]).catalog == "main"
    assert JOB["max_concurrent_runs"] == 1
