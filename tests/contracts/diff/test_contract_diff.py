"""The command line of the diff, on small git histories: what it says, and its exit status."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from contracts.folder import PACKAGED_CONTRACTS

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

PURCHASES, RETURNS = "customer_purchases.odcs.yaml", "product_returns.odcs.yaml"
AUTHOR = {f"GIT_{who}_{what}": "nobody@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
QUIET = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


@dataclass(frozen=True)
class Repository:
    """A repository with a folder of contracts, which begins with the shipped ones."""

    folder: Path

    @property
    def contracts(self) -> Path:
        return self.folder / "contracts"

    def git(self, *arguments: str) -> None:
        environment = {**os.environ, **AUTHOR, **QUIET}
        subprocess.run(["git", *arguments], cwd=self.folder, env=environment, check=True, capture_output=True)

    def commit(self, tag: str | None = None) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "change contracts")
        if tag:
            self.git("tag", tag)

    def edit(self, name: str, *replacements: tuple[str, str]) -> None:
        file = self.contracts / name
        text = file.read_text(encoding="utf-8")
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")

    def diff(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-P", "-m", "contracts.diff", "--without-tool", *arguments]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """One commit without a tag."""
    made = Repository(tmp_path)
    made.contracts.mkdir()
    for file in PACKAGED_CONTRACTS.glob("*.odcs.yaml"):
        shutil.copy(file, made.contracts)
    made.git("init", "--quiet")
    made.commit()
    return made


@pytest.fixture
def released(repository: Repository) -> Repository:
    """The same, released as v1.0.0."""
    repository.git("tag", "v1.0.0")
    return repository


BREAKING = ("encryptedName: cpf_masked", "encryptedName: cpf_hash")
ADDITIVE = ("maximum: 99", "maximum: 999")
DESCRIBED = ("description: How many pieces came back.", "description: How many pieces there were.")
FIRST = "version: 1.0.0"


def version(number: str) -> tuple[str, str]:
    return FIRST, f"version: {number}"


def test_without_a_release_nothing_is_compared_and_that_is_said(repository: Repository) -> None:
    repository.git("tag", "other-1.0.0")
    repository.edit(RETURNS, BREAKING)

    done = repository.diff()

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "contract-diff: NO BASE, NOTHING WAS COMPARED: there is no release tag v*; "
        "name a revision, as in DIFF_BASE=main\n"
    )
    assert json.loads(repository.diff("--json").stdout) == {"base": None, "compared": False, "datasets": []}


def test_what_is_as_it_was_released_is_no_change(released: Repository) -> None:
    done = released.diff()

    assert done.returncode == 0
    assert done.stdout.startswith("contracts since v1.0.0 (")
    assert done.stdout.count("verdict: none") == 2


def test_the_last_release_is_the_base_unless_another_is_named(released: Repository) -> None:
    released.edit(RETURNS, ADDITIVE, version("1.1.0"))
    released.commit("v1.1.0")

    assert released.diff().stdout.count("verdict: none") == 2
    assert "verdict: additive" in released.diff("--base", "v1.0.0").stdout
    assert "verdict: additive" in released.diff("--base", "HEAD~1").stdout


@pytest.mark.parametrize(
    ("edit", "number", "status"),
    [(BREAKING, "1.1.0", 1), (BREAKING, "2.0.0", 0), (ADDITIVE, "1.0.0", 1), (DESCRIBED, "1.0.0", 0)],
    ids=["breaking, a minor version", "breaking, a major version", "additive, no version", "descriptions alone"],
)
def test_the_status_tells_whether_a_version_says_what_changed(
    released: Repository, edit: tuple[str, str], number: str, status: int
) -> None:
    released.edit(RETURNS, edit, version(number))

    done = released.diff("--json")

    assert done.returncode == status
    dataset = json.loads(done.stdout)["datasets"][1]
    assert dataset["versions"] == ["1.0.0", number]
    assert (dataset["problem"] is not None) == (status == 1)


def test_a_verdict_has_its_reasons(released: Repository) -> None:
    released.edit(RETURNS, BREAKING, ADDITIVE)

    lines = released.diff().stdout.splitlines()

    assert lines[lines.index("product_returns: 1.0.0 to 1.0.0") :] == [
        "product_returns: 1.0.0 to 1.0.0",
        "verdict: breaking for readers",
        "  breaking for readers: schema.product_returns.properties.cpf.encryptedName: was cpf_masked, is cpf_hash",
        "  additive: schema.product_returns.properties.quantity: rule maximum is looser: "
        "was at most 99 (error at silver), is at most 999 (error at silver)",
        "  FAILED: version 1.0.0 is no new major of 1.0.0, and the change breaks",
    ]


@pytest.mark.parametrize(
    ("number", "status"), [("1.0.0", 1), ("2.0.0", 0)], ids=["the same version", "a new major version"]
)
def test_a_base_that_today_s_reader_refuses_counts_as_breaking(
    repository: Repository, number: str, status: int
) -> None:
    repository.edit(RETURNS, ("property: latestBy", "property: newestBy"))
    repository.commit("v1.0.0")
    repository.edit(RETURNS, ("property: newestBy", "property: latestBy"), version(number))

    done = repository.diff()

    assert done.returncode == status
    assert "verdict: breaking for both" in done.stdout
    assert (
        "(file): cannot be compared: today's reader refuses the base's: "
        "schema[0].customProperties.newestBy: Extra inputs are not permitted: "
    ) in done.stdout


def test_a_base_that_is_no_contract_at_all_counts_as_breaking(repository: Repository) -> None:
    contract = (repository.contracts / RETURNS).read_text(encoding="utf-8")
    (repository.contracts / RETURNS).write_text("a: [", encoding="utf-8")
    repository.commit("v1.0.0")
    (repository.contracts / RETURNS).write_text(contract, encoding="utf-8")

    done = repository.diff()

    assert done.returncode == 1
    assert "version 1.0.0 is no new major of None" in done.stdout


def test_a_new_dataset_is_additive(repository: Repository) -> None:
    (repository.contracts / RETURNS).rename(repository.folder / RETURNS)
    repository.commit("v1.0.0")
    (repository.folder / RETURNS).rename(repository.contracts / RETURNS)

    done = repository.diff()

    assert done.returncode == 0
    assert "product_returns: - to 1.0.0\nverdict: additive\n  additive: (file): is new\n" in done.stdout


def test_a_dataset_that_is_gone_breaks_readers(released: Repository) -> None:
    (released.contracts / RETURNS).unlink()

    done = released.diff()

    assert done.returncode == 1
    assert "product_returns: 1.0.0 to -\nverdict: breaking for readers\n" in done.stdout
    assert "FAILED: no version can say that a dataset is gone" in done.stdout


def break_the_contract(repository: Repository) -> None:
    repository.edit(RETURNS, ("logicalType: boolean", "logicalType: bool"))


def leave_git(repository: Repository) -> None:
    shutil.rmtree(repository.folder / ".git")


@pytest.mark.parametrize(
    ("mishap", "arguments", "reason"),
    [
        (lambda _: None, ["--base", "v9"], "contract-diff: git knows no revision v9: fetch it, or name another"),
        (break_the_contract, [], "schema[0].properties[4].logicalType: Input should be"),
        (leave_git, [], "not a git repository"),
    ],
    ids=["unknown revision", "broken contract", "no repository"],
)
def test_what_cannot_be_compared_is_no_success(
    released: Repository, mishap: Callable[[Repository], None], arguments: list[str], reason: str
) -> None:
    mishap(released)

    done = released.diff(*arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert reason in done.stderr
    assert "Traceback" not in done.stderr
