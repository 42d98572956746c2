from __future__ import annotations

import importlib.util
import re

import pytest

from infra_cdktf.bootstrap.__main__ import PARTS, script
from infra_cdktf.diagram import BEGIN, END, PAGE, diagram
from infra_cdktf.quota import needed
from infra_cdktf.settings import DEV, ENVIRONMENTS
from tests.infra_cdktf.conftest import Synthesis
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
        assert importlib.util.find_spec(module) is not None


@pytest.mark.parametrize("part", PARTS)
def test_page_renders_every_part_of_the_bootstrap(page: str, part: str) -> None:
    assert f"python -m infra_cdktf.bootstrap dev {part} > {part}.sh" in page


def test_page_tells_the_steps_before_anything_as_the_script_does(page: str, synthesis: Synthesis) -> None:
    titles = re.findall(r"^# \d+\. ", script(synthesis.environment(DEV), "before"), re.MULTILINE)
    assert re.findall(r"^   \| (\d+) \|", page, re.MULTILINE) == [title[2:-2] for title in titles]


def test_page_says_how_many_vcpus_each_environment_takes(page: str) -> None:
    text = " ".join(page.split())
    dev, pre, prod = (needed(settings)["cores"] for settings in ENVIRONMENTS)
    assert f"`dev` takes {dev}, which a new subscription has, `pre` {pre} and `prod` {prod}" in text


@pytest.mark.parametrize(
    "word", ["backup", "Rotation", "version=2", "RESTORE TABLE", "`make rebuild`", "undelete-path"]
)
def test_page_says_how_keys_and_data_come_back(page: str, word: str) -> None:
    assert word in page
