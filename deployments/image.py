"""Builds images with docker, podman or buildah, whichever is there: `python -m deployments.image`, `make image`."""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

from blocks.images import REPOSITORY, image_name, image_names
from contracts.diff.base import NoRevision, commit_of
from contracts.folder import read_contracts
from contracts.problems import ContractError

DOCKERFILE, IGNORED = "Dockerfile", ".dockerignore"
BUILDERS = ("docker", "podman", "buildah")
NO_REGISTRY = "localhost"
_COPY = re.compile(r"^COPY (?!--from)(.+) \S+$", re.MULTILINE)


class NotBuilt(Exception):
    """Raised when an image cannot be built; the text says what to do."""


def copied_paths(repository: Path = REPOSITORY) -> list[str]:
    """What the Dockerfile takes from the repository, as paths in it."""
    copied = _COPY.findall((repository / DOCKERFILE).read_text(encoding="utf-8"))
    return [path.rstrip("/") for paths in copied for path in paths.split()]


def reference(registry: str, name: str) -> str:
    """`‹registry›/‹source›:‹version›`, the version as it is checked out.

    Raises:
        NotBuilt: there is no such image.
    """
    names = image_names(read_contracts())
    if name not in names:
        raise NotBuilt(f"there is no image {name}: there are {', '.join(names)}")
    return f"{registry}/{image_name(name)}"


def build_command(builder: str, image: str, revision: str) -> list[str]:
    """The builder's command line, to be run in the repository; docker, podman and buildah take the same options."""
    name, _, version = image.rpartition("/")[2].partition(":")
    arguments = {"IMAGE_NAME": name, "IMAGE_VERSION": version, "REVISION": revision}
    options = [f"--build-arg={key}={value}" for key, value in arguments.items()]
    return [builder, "build", f"--file={DOCKERFILE}", f"--tag={image}", *options, "."]


def build(image: str) -> None:
    """Build one image.

    Raises:
        NotBuilt: nothing that builds images is there, or it failed; its own words are on the standard streams.
    """
    builder = next((found for name in BUILDERS if (found := shutil.which(name))), None)
    if builder is None:
        raise NotBuilt(f"none of {', '.join(BUILDERS)} is on the PATH: install one of them")
    command = build_command(builder, image, commit_of(REPOSITORY, "HEAD"))
    done = subprocess.run(command, cwd=REPOSITORY, check=False)  # noqa: S603 (our own command)
    if done.returncode != 0:
        raise NotBuilt(f"{Path(builder).name} could not build {image}: see the message above")


def main() -> None:
    """Build the images named, by default all, and print what they are called; status 1 and what to do if one fails."""
    parser = argparse.ArgumentParser(prog="image", description=__doc__)
    parser.add_argument("names", nargs="*", help="sources, lakehouse or worker; none: all")
    parser.add_argument("--registry", default=NO_REGISTRY, help="where the image is to be pushed to")
    parser.add_argument("--print", action="store_true", help="only print what the images are called")
    arguments = parser.parse_args()
    try:
        images = [reference(arguments.registry, name) for name in arguments.names or image_names(read_contracts())]
        for image in images:
            if not arguments.print:
                build(image)
            sys.stdout.write(f"{image}\n")
    except (NotBuilt, NoRevision, ContractError, ValueError) as error:
        sys.exit(f"image: {error}")


if __name__ == "__main__":
    main()
