"""Puts the jobs' wheel where Databricks' jobs read it: `python -m deployments.wheel --outputs FILE`.

Every version keeps its own file, so that going back is deploying an older version. A file that is there is never
written over: the same wheel again is nothing to do, another one under the same version is refused.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from azure.core.exceptions import AzureError, ResourceExistsError
from azure.identity import DefaultAzureCredential
from azure.storage.blob import ContainerClient, ContentSettings

from blocks.images import REPOSITORY

CONTAINER, FOLDER = "wheels", "released"
_BUILD = "import sys, hatchling.build; print(hatchling.build.build_wheel(sys.argv[1]))"


class NotPublished(Exception):
    """Raised when the wheel cannot be put there; the text says what to do."""


def publish(container: ContainerClient, wheel: Path) -> bool:
    """Put the wheel into the container; False when exactly this one is there.

    Raises:
        NotPublished: another wheel of this version is there.
    """
    digest = hashlib.md5(wheel.read_bytes(), usedforsecurity=False).digest()
    blob = container.get_blob_client(f"{FOLDER}/{wheel.name}")
    settings = ContentSettings(content_md5=bytearray(digest))
    try:
        blob.upload_blob(wheel.read_bytes(), overwrite=False, content_settings=settings)
    except ResourceExistsError:
        if bytes(blob.get_blob_properties().content_settings.content_md5 or b"") == digest:
            return False
        raise NotPublished(f"another {wheel.name} was released: raise the version in pyproject.toml") from None
    return True


def build_wheel(folder: Path) -> Path:
    """Build the wheel into the folder; the same sources give the same bytes.

    Raises:
        NotPublished: it cannot be built.
    """
    command = [sys.executable, "-c", _BUILD, str(folder)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise NotPublished(f"the wheel cannot be built: {done.stderr.strip()}")
    return folder / done.stdout.split()[-1]


def wheels_container_url(outputs: Path) -> str:
    """Address of the container, from the outputs of the stack `lake`.

    Raises:
        NotPublished: the file has no such output.
    """
    stacks: dict[str, dict[str, str]] = json.loads(outputs.read_text(encoding="utf-8"))
    lake_url = next((stack["lake_url"] for stack in stacks.values() if "lake_url" in stack), None)
    if lake_url is None:
        raise NotPublished(f"{outputs} has no output lake_url: it is to hold those of the stack lake")
    account = str(urlsplit(lake_url).hostname).partition(".")[0]
    return f"https://{account}.blob.core.windows.net/{CONTAINER}"


def main() -> None:
    """Build and publish; status 1 and what to do when that fails."""
    parser = argparse.ArgumentParser(prog="wheel", description=__doc__)
    parser.add_argument("--outputs", type=Path, required=True, help="what deployments.infrastructure outputs printed")
    try:
        url = wheels_container_url(parser.parse_args().outputs)
        with tempfile.TemporaryDirectory() as folder:
            wheel = build_wheel(Path(folder))
            container = ContainerClient.from_container_url(url, credential=DefaultAzureCredential())
            done = "released" if publish(container, wheel) else "was released before, the same"
        sys.stdout.write(f"{wheel.name} {done}\n")
    except (NotPublished, AzureError) as error:
        sys.exit(f"wheel: {error}")


if __name__ == "__main__":
    main()
