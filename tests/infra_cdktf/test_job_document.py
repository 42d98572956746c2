from __future__ import annotations

from pathlib import Path

import pytest

from infra_cdktf.job_document import read_job_document
from infra_cdktf.main import JOB_DOCUMENT
from infra_cdktf.problems import InvalidSettings

pytestmark = pytest.mark.infra


def test_overrides_replace_defaults_and_leave_the_others() -> None:
    document = read_job_document(JOB_DOCUMENT)
    defaults = document.defaults({"catalog": "shop"})
    assert defaults["catalog"] == "shop"
    assert defaults.keys() == {parameter.name for parameter in document.parameters}


def test_override_of_an_unknown_parameter_is_refused() -> None:
    with pytest.raises(InvalidSettings, match="job document: has no parameter catalogue"):
        read_job_document(JOB_DOCUMENT).defaults({"catalogue": "shop"})


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{", r"^job\.json: cannot be read: "),
        ('{"tasks": []}', r"^job\.json: parameters: Field required$"),
        ('{"parameters": [], "tasks": [{"task_key": "bronze"}]}', r"tasks\.0\.python_wheel_task: Field required$"),
    ],
)
def test_broken_document_is_one_line(tmp_path: Path, content: str, problem: str) -> None:
    path = tmp_path / "job.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidSettings, match=problem):
        read_job_document(path)


def test_missing_document_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match=r"^job\.json: cannot be read: "):
        read_job_document(tmp_path / "job.json")
