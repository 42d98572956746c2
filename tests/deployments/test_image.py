"""The image: what the Dockerfile copies and locks is enough to run flows, and any builder there is builds it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from uv import find_uv_bin

from blocks.images import REPOSITORY, checked_out, image_names, project_version
from deployments.image import BUILDERS, DOCKERFILE, IGNORED, copied_paths
from deployments.work_pool.manifest import USER
from deployments.work_pool.variables import IMAGE_PATTERN
from sandbox.bootstrap import TOOLS
from sandbox.bootstrap_environment import package_sources
from tests.packaged_contracts import CONTRACTS

TEXT = (REPOSITORY / DOCKERFILE).read_text(encoding="utf-8")
PARENT_FLOW = """
import json, sys
from importlib.util import find_spec
from flows.ingest import ingest
from flows.lakehouse import lakehouse
from flows.reconcile import reconcile
from prefect_kubernetes.worker import KubernetesWorker
state = lakehouse(sys.argv[1], return_state=True)
absent = [name for name in ("pyspark", "cdktf", "pytest", "uv", "pip") if find_spec(name) is None]
print(json.dumps({"state": state.type, "message": state.message, "absent": absent}))
"""


@dataclass(frozen=True)
class Builder:
    """A folder that is the whole PATH, with programs that note what they are asked."""

    folder: Path

    def add(self, name: str, status: int = 0) -> None:
        program = self.folder / name
        program.write_text(f'#!/bin/sh\nprintf "%s\\n" "{name}" "$@" "$PWD" >> "{self.log}"\nexit {status}\n')
        program.chmod(0o755)

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "deployments.image", *arguments]
        environment = {**os.environ, "PATH": str(self.folder)}
        return subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def builder(tmp_path: Path) -> Builder:
    git = shutil.which("git")
    assert git is not None
    (tmp_path / "git").symlink_to(git)
    return Builder(tmp_path)


@pytest.mark.parametrize("program", BUILDERS)
def test_whichever_builder_is_there_builds_the_image(builder: Builder, program: str) -> None:
    builder.add(program)
    (source, *_) = image_names(CONTRACTS)
    done = builder.run(source, "--registry", "registry.example.com")
    version = (REPOSITORY / f"deployments/{source}/VERSION").read_text().strip()
    image = f"registry.example.com/{source}:{version}"
    assert (done.returncode, done.stdout) == (0, f"{image}\n")
    revision = subprocess.run(["git", "rev-parse", "HEAD"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert builder.log.read_text().splitlines() == [
        program,
        "build",
        "--file=Dockerfile",
        f"--tag={image}",
        f"--build-arg=IMAGE_NAME={source}",
        f"--build-arg=IMAGE_VERSION={version}",
        f"--build-arg=REVISION={revision.stdout.strip()}",
        ".",
        str(REPOSITORY),
    ]


def test_no_builder_is_told_with_those_that_would_do(builder: Builder) -> None:
    done = builder.run("worker")
    assert done.returncode == 1
    assert done.stderr == "image: none of docker, podman, buildah is on the PATH: install one of them\n"


def test_a_build_that_fails_ends_the_command(builder: Builder) -> None:
    builder.add("podman", status=7)
    done = builder.run("worker", "lakehouse")
    assert done.returncode == 1
    assert f"podman could not build localhost/worker:{project_version(checked_out)}" in done.stderr
    assert builder.log.read_text().count("podman") == 1


def test_an_unknown_image_is_told_with_those_that_there_are(builder: Builder) -> None:
    done = builder.run("nowhere")
    assert done.returncode == 1
    assert "there is no image nowhere: there are store-database, " in done.stderr


def test_every_image_is_called_as_the_work_pool_takes_it(builder: Builder) -> None:
    done = builder.run("--print", "--registry", "datamasterdevacr1a2b.azurecr.io")
    images = done.stdout.split()
    assert [image.rpartition("/")[2].partition(":")[0] for image in images] == image_names(CONTRACTS)
    assert [image for image in images if not re.match(IMAGE_PATTERN, image)] == []


def test_the_base_is_pinned_by_digest_and_everything_is_built_on_it() -> None:
    assert re.search(r"^ARG PYTHON_IMAGE=python:3\.12-\S+@sha256:[0-9a-f]{64}$", TEXT, re.MULTILINE)
    assert set(re.findall(r"^FROM (\S+)", TEXT, re.MULTILINE)) == {"${PYTHON_IMAGE}"}


def test_the_image_s_user_is_the_one_that_pods_run_as() -> None:
    assert f"--uid {USER} " in TEXT
    assert TEXT.strip().splitlines()[-2] == f"USER {USER}:{USER}"


def test_nothing_reaches_the_build_but_what_is_copied() -> None:
    admitted = {line[1:] for line in (REPOSITORY / IGNORED).read_text().splitlines() if line.startswith("!")}
    assert admitted == {path.replace("deployments", "deployments/*/VERSION") for path in copied_paths()}


@pytest.fixture(scope="module")
def image_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The image's own folder: what .dockerignore lets the Dockerfile copy."""
    folder = tmp_path_factory.mktemp("image") / "datamaster"
    admitted = [line[1:] for line in (REPOSITORY / IGNORED).read_text().splitlines() if line.startswith("!")]
    for path in (found for pattern in admitted for found in REPOSITORY.glob(pattern)):
        target = folder / path.relative_to(REPOSITORY)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            shutil.copytree(path, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(path, target)
    return folder


@pytest.fixture(scope="module")
def image_python(image_folder: Path) -> Path:
    """A fresh environment with exactly what the image installs."""
    uv, environment = find_uv_bin(), image_folder.parent / "venv"
    locks = re.findall(r"--require-hashes \\\n\s+(/requirements/\S+)", TEXT)
    assert locks == ["/requirements/flows.txt"]
    variables = {**os.environ, **package_sources(TOOLS / "bin" / "python")}
    for command in (
        ["venv", "--python", sys.executable, environment],
        ["pip", "sync", "--python", environment / "bin" / "python", "--require-hashes", f"{image_folder}{locks[0]}"],
    ):
        subprocess.run([uv, *command, "--quiet"], check=True, env=variables)
    return environment / "bin" / "python"


@pytest.mark.services
def test_a_flow_runs_on_what_the_image_holds(
    image_folder: Path, image_python: Path, prefect_url: str, tmp_path: Path
) -> None:
    """It comes to preflight, which finds no lake: the parent flow, its tasks and Prefect's API have all worked."""
    dataset = CONTRACTS.datasets[0].slug
    variables = {
        "PATH": f"{image_python.parent}:/usr/bin:/bin",
        "PYTHONPATH": str(image_folder),
        "HOME": str(tmp_path),
        "PREFECT_HOME": str(tmp_path / "prefect"),
        "PREFECT_API_URL": prefect_url,
    }
    command = [image_python, "-c", PARENT_FLOW, dataset]
    done = subprocess.run(command, cwd=image_folder, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    ended = json.loads(done.stdout.splitlines()[-1])
    assert ended["state"] == "FAILED"
    assert "preflight. The summary artifact says what to do." in ended["message"]
    assert ended["absent"] == ["pyspark", "cdktf", "pytest", "uv", "pip"]
