"""A source's image has the source's version, and the project's where it has none of its own."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from blocks.images import checked_out, image_name


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "datamaster"\nversion = "1.2.0"\n')
    (tmp_path / "deployments" / "shop").mkdir(parents=True)
    return tmp_path


def test_a_source_has_the_version_that_stands_in_its_folder(project: Path) -> None:
    (project / "deployments" / "shop" / "VERSION").write_text("3.0.1\n")
    assert image_name("shop", partial(checked_out, repository=project)) == "shop:3.0.1"


@pytest.mark.parametrize("source", ["shop", "without-a-folder"])
def test_a_source_without_a_version_of_its_own_has_the_project_s(project: Path, source: str) -> None:
    assert image_name(source, partial(checked_out, repository=project)) == f"{source}:1.2.0"
