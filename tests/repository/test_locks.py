"""Every lock holds what its dependency group asks for, with hashes and without download addresses."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).parents[2]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
GROUPS = PROJECT["dependency-groups"]
RENEW = "is stale: run `make lock` and commit the result"


def pinned(lock: Path) -> dict[str, str]:
    pins = re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", lock.read_text(), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in pins}


@pytest.mark.parametrize("group", GROUPS)
def test_lock_pins_a_version_that_the_group_accepts(group: str) -> None:
    pins = pinned(REPOSITORY / "requirements" / f"{group}.txt")
    for text in GROUPS[group]:
        requirement = Requirement(text)
        version = pins.get(canonicalize_name(requirement.name))
        assert version is not None, f"requirements/{group}.txt {RENEW}: it lacks {requirement.name}"
        assert version in requirement.specifier, f"requirements/{group}.txt {RENEW}: {text} is pinned to {version}"


def test_locks_agree_on_every_version() -> None:
    agreed: dict[str, str] = {}
    for group in GROUPS:
        for name, version in pinned(REPOSITORY / "requirements" / f"{group}.txt").items():
            assert agreed.setdefault(name, version) == version, f"{name} in requirements/{group}.txt {RENEW}"


def test_wheel_s_lock_pins_what_it_needs_in_the_versions_that_are_tested_with_spark() -> None:
    pins, spark = (pinned(REPOSITORY / "requirements" / f"{lock}.txt") for lock in ("wheel", "spark"))
    needed = {canonicalize_name(Requirement(text).name) for text in PROJECT["project"]["dependencies"]}
    assert needed <= set(pins), f"requirements/wheel.txt {RENEW}"
    assert pins.items() <= spark.items(), f"requirements/wheel.txt {RENEW}"


@pytest.mark.parametrize("lock", sorted((REPOSITORY / "requirements").glob("*.txt")), ids=lambda lock: lock.name)
def test_lock_has_a_hash_for_every_pin_and_names_no_address(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    blocks = re.split(r"\n(?=[a-zA-Z0-9])", text.strip())
    assert [block.splitlines()[0] for block in blocks if "==" in block and "--hash=sha256:" not in block] == []
