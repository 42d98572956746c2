from __future__ import annotations

import re

import pytest

from infra_cdktf.diagram import BEGIN, END, PAGE, diagram
from infra_cdktf.main import PROJECT
from infra_cdktf.settings import ENVIRONMENTS
from tests.infra_cdktf.plan import Plan

pytestmark = pytest.mark.infra


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_diagram_shows_what_is_synthesized(plan: Plan, page: str) -> None:
    """If not: `python -m infra_cdktf.diagram cdktf.out` after a synthesis."""
    assert page.partition(BEGIN)[2].partition(END)[0] == diagram(plan.folder)


def test_page_names_every_stack(plan: Plan, page: str) -> None:
    kinds = {name.rpartition("-")[2] for name in plan.stacks}
    assert {kind for kind in kinds if f"`{kind}`" not in page} == set()


def test_page_says_what_each_environment_has(page: str) -> None:
    for settings in ENVIRONMENTS:
        assert re.search(rf"^\| `{settings.name}` \| {settings.network.address_space} \|", page, re.MULTILINE)


def test_files_that_the_page_refers_to_exist(page: str) -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", page)
    assert targets
    missing = [target for target in targets if "://" not in target and not (PAGE.parent / target).exists()]
    assert missing == []


def test_modules_that_the_page_names_exist(page: str) -> None:
    for module in set(re.findall(r"python -m ([\w.]+)", page)):
        assert (PROJECT / (module.replace(".", "/") + ".py")).exists()
