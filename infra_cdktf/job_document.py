"""The job as its own document describes it: the same tasks and parameters that the sandbox runs."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from infra_cdktf.problems import InvalidSettings, problems_of


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class WheelTask(_Document):
    """What a task calls (Databricks Jobs API 2.1, `python_wheel_task`)."""

    package_name: str
    entry_point: str
    named_parameters: dict[str, str] = {}


class Dependency(_Document):
    """A task that must have succeeded before."""

    task_key: str


class JobTask(_Document):
    """One task."""

    task_key: str
    job_cluster_key: str
    python_wheel_task: WheelTask
    depends_on: tuple[Dependency, ...] = ()


class JobParameter(_Document):
    """A parameter of the job with its default."""

    name: str
    default: str


class JobDocument(_Document):
    """Tasks in order, and the job's parameters."""

    tasks: tuple[JobTask, ...]
    parameters: tuple[JobParameter, ...]

    def defaults(self, overrides: dict[str, str]) -> dict[str, str]:
        """Every parameter's default, with the environment's `overrides`.

        Raises:
            InvalidSettings: an override names a parameter that the job does not have.
        """
        known = {parameter.name: parameter.default for parameter in self.parameters}
        unknown = sorted(overrides.keys() - known.keys())
        if unknown:
            raise InvalidSettings([f"job document: has no parameter {name}" for name in unknown])
        return known | overrides


def read_job_document(path: Path) -> JobDocument:
    """The job document in `path`.

    Raises:
        InvalidSettings: the file is missing or does not have the document's shape.
    """
    try:
        return JobDocument.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, json.JSONDecodeError) as error:
        raise InvalidSettings([f"{path.name}: cannot be read: {error}"]) from None
    except ValidationError as error:
        raise InvalidSettings(problems_of(error, path.name)) from None
