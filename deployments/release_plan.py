"""`make release-plan`: which images a release builds, and whose code changed while their version did not.

Exit status 0: every changed image has a higher version, or there was no base; 1: one has not; 2: nothing could be
compared.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from packaging.version import Version

from blocks.images import (
    DEPLOYMENTS,
    OF_NO_SOURCE,
    PROJECT,
    REPOSITORY,
    checked_out,
    image_names,
    image_version,
    version_file,
)
from contracts.diff.base import RELEASE_TAGS, NoRevision, commit_of, last_release
from contracts.folder import PACKAGED_CONTRACTS, read_contracts
from contracts.problems import ContractError
from contracts.reader import read_contract
from deployments.changes import Changes
from deployments.image import DOCKERFILE, IGNORED, copied_paths

NOTHING_COMPARED = 2
CONTRACTS = PACKAGED_CONTRACTS.name
NO_BASE = (
    f"release-plan: NO BASE, NOTHING WAS COMPARED: there is no release tag {RELEASE_TAGS}; every image would be built; "
    "name a revision, as in DIFF_BASE=main"
)


@dataclass(frozen=True)
class ImagePlan:
    """What becomes of one image: `before` is its version at the base, None where the base has no such image."""

    name: str
    version: str
    before: str | None
    changed: tuple[str, ...] = ()

    @property
    def is_built(self) -> bool:
        """Whether it gets a version that the base has not."""
        return self.version != self.before

    @property
    def problem(self) -> str | None:
        """Why it cannot be released so, with what to do."""
        if self.before is None or Version(self.version) > Version(self.before):
            return None
        if self.is_built:
            return f"its version went back from {self.before} to {self.version}: raise it"
        if self.changed:
            more = f" and {len(self.changed) - 1} more" if self.changed[1:] else ""
            own, place = version_file(self.name), f"version in {PROJECT}"
            advice = (
                f"raise the {place}" if self.name in OF_NO_SOURCE else f"raise {own} (without that file, the {place})"
            )
            return f"{self.changed[0]}{more} changed and its version is still {self.version}: {advice}"
        return None


def release_plan(repository: Path, revision: str | None) -> list[ImagePlan]:
    """The plan of every image since the revision; without one, every image is as new.

    Raises:
        NoRevision: git does not know it.
        ContractError: the repository's contracts cannot be used.
    """
    names = image_names(read_contracts(repository / CONTRACTS))
    now = {name: image_version(name, lambda path: checked_out(path, repository)) for name in names}
    if revision is None:
        return [ImagePlan(name, version, before=None) for name, version in now.items()]
    changes, contract_files = Changes(repository, commit_of(repository, revision)), _contract_files(repository)
    known = _known_before(changes, contract_files)
    return [
        ImagePlan(
            name,
            version,
            image_version(name, changes.read_before) if name in known else None,
            _changed(name, changes, contract_files),
        )
        for name, version in now.items()
    ]


def _known_before(changes: Changes, contract_files: Mapping[str, str]) -> set[str]:
    """The images that the base could be built as."""
    if changes.read_before(DOCKERFILE) is None:
        return set()
    return {*OF_NO_SOURCE, *changes.sources_before(contract_files.values())}


def _changed(name: str, changes: Changes, contract_files: Mapping[str, str]) -> tuple[str, ...]:
    """What changed of what an image copies (no versions, no other datasets' contracts) and of its own folder."""
    others = {*contract_files.values()} - {contract_files[name]} if name in contract_files else set()
    copied = {*copied_paths(changes.repository)} - {PROJECT, DEPLOYMENTS}
    found = changes.files(DOCKERFILE, IGNORED, *copied, f"{DEPLOYMENTS}/{name}")
    return tuple(path for path in found if path not in {*others, version_file(name)})


def _contract_files(repository: Path) -> dict[str, str]:
    """Path in the repository of the contract that has the source, by source."""
    files = sorted((repository / CONTRACTS).glob("*.odcs.yaml"))
    return {source.name: str(file.relative_to(repository)) for file in files for source in read_contract(file).sources}


def main() -> None:
    """Print the plan, and leave with the status."""
    arguments = _arguments()
    try:
        base = arguments.base or last_release(arguments.repository, "HEAD^" if arguments.of_release else "HEAD")
        plans = release_plan(arguments.repository, base)
    except (NoRevision, ContractError, ValueError) as error:
        sys.stderr.write(f"release-plan: {error}\n")
        sys.exit(NOTHING_COMPARED)
    if base is None:
        sys.stderr.write(f"{NO_BASE}\n")
    text = _json(plans, base) if arguments.json else "\n".join(_lines(plans, base))
    sys.stdout.write((json.dumps([plan.name for plan in plans if plan.is_built]) if arguments.built else text) + "\n")
    sys.exit(int(any(plan.problem for plan in plans)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="release-plan", description=__doc__)
    base = parser.add_mutually_exclusive_group()
    base.add_argument("--base", metavar="REVISION", help="what to compare with; by default the last release tag")
    base.add_argument("--of-release", action="store_true", help="HEAD is the release: compare with the one before")
    parser.add_argument("--repository", type=Path, default=REPOSITORY, help="the clone to look at")
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--json", action="store_true", help="print the plan for machines, and nothing else")
    output.add_argument("--built", action="store_true", help="print the names of the images to build, as JSON")
    return parser.parse_args()


def _json(plans: list[ImagePlan], base: str | None) -> str:
    images = [{**asdict(plan), "built": plan.is_built, "problem": plan.problem} for plan in plans]
    return json.dumps({"base": base, "compared": base is not None, "images": images}, indent=2)


def _lines(plans: list[ImagePlan], base: str | None) -> Iterator[str]:
    yield f"images since {base}" if base else "images"
    for plan in plans:
        version = f"{plan.before} to {plan.version}" if plan.before and plan.is_built else plan.version
        yield f"  {plan.name}: {version}, {'built' if plan.is_built else 'as it is'}"
        if plan.problem:
            yield f"    FAILED: {plan.problem}"


if __name__ == "__main__":
    main()
