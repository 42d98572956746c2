"""Which images a release builds, on histories that are built here."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from blocks.images import OF_NO_SOURCE, REPOSITORY, image_names
from contracts.folder import PACKAGED_CONTRACTS
from deployments.release_plan import ImagePlan, release_plan
from tests.packaged_contracts import CONTRACTS

IMAGES = image_names(CONTRACTS)


class History:
    """A repository with the contracts and the Dockerfile of this one, whose images have version 1.0.0."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "--quiet")
        (folder / "contracts").mkdir()
        for contract in PACKAGED_CONTRACTS.glob("*.odcs.yaml"):
            shutil.copy(contract, folder / "contracts")
        for name in ("Dockerfile", ".dockerignore"):
            shutil.copy(REPOSITORY / name, folder)
        self.write("pyproject.toml", '[project]\nversion = "1.0.0"\n')
        self.write("tasks/land.py", "landed = 1\n")
        self.write("README.md", "A lakehouse.\n")

    def git(self, *arguments: str) -> None:
        identity = ["-c", "user.name=tests", "-c", "user.email=tests@example.com", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *identity, *arguments], cwd=self.folder, check=True, capture_output=True)

    def write(self, path: str, text: str) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text, encoding="utf-8")

    def edit_contract(self, dataset: str) -> None:
        file = self.folder / "contracts" / f"{dataset}.odcs.yaml"
        file.write_text(f"{file.read_text(encoding='utf-8')}\n# changed\n", encoding="utf-8")

    def commit(self, tag: str | None = None) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "a change")
        if tag:
            self.git("tag", tag)

    def plans(self, revision: str | None = "v1.0.0") -> dict[str, ImagePlan]:
        return {plan.name: plan for plan in release_plan(self.folder, revision)}

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "deployments.release_plan", "--repository", str(self.folder), *arguments]
        return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)


@pytest.fixture
def history(tmp_path: Path) -> History:
    history = History(tmp_path)
    history.write("deployments/store-database/VERSION", "1.0.0\n")
    history.commit("v1.0.0")
    return history


def built(plans: dict[str, ImagePlan]) -> set[str]:
    return {name for name, plan in plans.items() if plan.is_built}


def failed(plans: dict[str, ImagePlan]) -> dict[str, str]:
    return {name: plan.problem for name, plan in plans.items() if plan.problem}


def test_nothing_is_built_while_nothing_changes_that_an_image_holds(history: History) -> None:
    history.write("README.md", "A lakehouse on a lake.\n")
    history.write("docs/new.md", "New.\n")
    history.commit()
    assert built(history.plans()) == set()
    assert failed(history.plans()) == {}


@pytest.mark.parametrize("committed", [True, False])
def test_shared_code_that_changes_asks_every_image_for_another_version(history: History, committed: bool) -> None:
    history.write("tasks/land.py", "landed = 2\n")
    history.write("flows/new.py", "new = 1\n")
    if committed:
        history.commit()
    problems = failed(history.plans())
    assert list(problems) == IMAGES
    assert problems["store-database"] == (
        "flows/new.py and 1 more changed and its version is still 1.0.0: "
        "raise deployments/store-database/VERSION (without that file, the version in pyproject.toml)"
    )
    assert "raise the version in pyproject.toml" in problems["worker"]


def test_a_raised_version_of_its_own_builds_that_image_alone(history: History) -> None:
    history.write("tasks/land.py", "landed = 2\n")
    history.write("deployments/store-database/VERSION", "1.1.0\n")
    assert built(history.plans()) == {"store-database"}
    assert set(failed(history.plans())) == set(IMAGES) - {"store-database"}


def test_the_project_s_version_is_that_of_every_image_without_one(history: History) -> None:
    history.write("tasks/land.py", "landed = 2\n")
    history.write("pyproject.toml", '[project]\nversion = "1.1.0"\n')
    plans = history.plans()
    assert built(plans) == set(IMAGES) - {"store-database"}
    assert set(failed(plans)) == {"store-database"}
    assert {plan.version for name, plan in plans.items() if name != "store-database"} == {"1.1.0"}


def test_a_contract_concerns_its_sources_and_what_belongs_to_none(history: History) -> None:
    history.edit_contract("product_returns")
    returns = CONTRACTS.dataset("product_returns")
    assert set(failed(history.plans())) == {source.name for source in returns.sources} | set(OF_NO_SOURCE)


def test_what_a_source_has_in_its_own_folder_concerns_it_alone(history: History) -> None:
    history.write("deployments/branch-files/notes.txt", "new\n")
    assert set(failed(history.plans())) == {"branch-files"}


def test_a_removed_file_is_a_change(history: History) -> None:
    (history.folder / "tasks/land.py").unlink()
    assert list(failed(history.plans())) == IMAGES


def test_a_new_source_is_built_whatever_its_version(history: History, tmp_path: Path) -> None:
    contract = tmp_path / "contracts/product_returns.odcs.yaml"
    kept = contract.read_text(encoding="utf-8")
    contract.unlink()
    history.commit("v1.1.0")
    contract.write_text(kept, encoding="utf-8")
    plans = history.plans("v1.1.0")
    new = {source.name for source in CONTRACTS.dataset("product_returns").sources}
    assert built(plans) == new
    assert set(failed(plans)) == set(OF_NO_SOURCE)


def test_a_base_from_before_there_were_images_builds_them_all(tmp_path: Path) -> None:
    history = History(tmp_path)
    (tmp_path / "Dockerfile").rename(tmp_path / "kept")
    history.commit("v0.1.0")
    (tmp_path / "kept").rename(tmp_path / "Dockerfile")
    assert built(history.plans("v0.1.0")) == set(IMAGES)
    assert failed(history.plans("v0.1.0")) == {}


@pytest.mark.parametrize(("version", "goes_back"), [("0.9.0", True), ("1.0.0rc1", True), ("1.0.0.post1", False)])
def test_a_version_never_goes_back(history: History, version: str, goes_back: bool) -> None:
    history.write("deployments/store-database/VERSION", version)
    problem = f"its version went back from 1.0.0 to {version}: raise it"
    assert failed(history.plans()) == ({"store-database": problem} if goes_back else {})


def test_the_command_compares_with_the_last_release_and_fails_with_what_to_raise(history: History) -> None:
    history.write("tasks/land.py", "landed = 2\n")
    history.commit()
    done = history.command()
    assert done.returncode == 1
    assert "images since v1.0.0" in done.stdout
    assert "  store-database: 1.0.0, as it is\n    FAILED: tasks/land.py changed" in done.stdout


def test_the_command_without_a_base_says_so_loudly_and_builds_all(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.commit()
    done = history.command("--built")
    assert done.returncode == 0
    assert "NO BASE, NOTHING WAS COMPARED" in done.stderr
    assert json.loads(done.stdout) == IMAGES


def test_a_release_is_compared_with_the_one_before_it(history: History) -> None:
    history.write("deployments/store-database/VERSION", "1.1.0\n")
    history.commit("v1.1.0")
    assert json.loads(history.command("--built").stdout) == []
    assert json.loads(history.command("--of-release", "--built").stdout) == ["store-database"]


def test_the_plan_for_machines_has_all_that_is_known(history: History) -> None:
    history.write("deployments/store-database/VERSION", "1.1.0\n")
    document = json.loads(history.command("--json").stdout)
    assert (document["base"], document["compared"]) == ("v1.0.0", True)
    assert document["images"][0] == {
        "name": "store-database",
        "version": "1.1.0",
        "before": "1.0.0",
        "changed": [],
        "built": True,
        "problem": None,
    }


def test_an_unknown_base_is_no_plan(history: History) -> None:
    done = history.command("--base", "v9")
    assert done.returncode == 2
    assert "git knows no revision v9" in done.stderr
