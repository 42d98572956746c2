"""The contracts as they were at a revision of git."""

from __future__ import annotations

import subprocess
from pathlib import Path

RELEASE_TAGS = "v*"


class NoRevision(Exception):
    """Raised with git's own words when it knows no such revision, or no repository."""


def last_release(folder: Path, revision: str = "HEAD") -> str | None:
    """The nearest release tag at or before the revision, by default what is checked out; None if there is none.

    Raises:
        NoRevision: the folder is in no repository.
    """
    git(folder, "rev-parse", "--git-dir")
    try:
        return git(folder, "describe", "--tags", "--abbrev=0", "--match", RELEASE_TAGS, revision).decode().strip()
    except NoRevision:
        return None


def write_files(folder: Path, revision: str, suffix: str, into: Path) -> str:
    """Write the folder's files of that suffix as they were at the revision, and return its commit.

    Args:
        folder: a folder of the repository, as it is now.
        revision: whatever git understands: a tag, a branch, a commit.
        suffix: how the files' names end.
        into: where to write them, under the same names.

    Raises:
        NoRevision: git does not know it.
    """
    commit = commit_of(folder, revision)
    for name in git(folder, "ls-tree", "-z", "--name-only", commit).decode().split("\0"):
        if name.endswith(suffix):
            (into / name).write_bytes(git(folder, "show", f"{commit}:./{name}"))
    return commit


def commit_of(folder: Path, revision: str) -> str:
    """The commit that the revision names.

    Raises:
        NoRevision: git does not know it.
    """
    git(folder, "rev-parse", "--git-dir")
    try:
        return git(folder, "rev-parse", "--verify", f"{revision}^{{commit}}").decode().strip()
    except NoRevision:
        raise NoRevision(f"git knows no revision {revision}: fetch it, or name another") from None


def git(folder: Path, *arguments: str) -> bytes:
    """What git answers in that folder.

    Raises:
        NoRevision: git refuses, or is not installed.
    """
    try:
        done = subprocess.run(["git", "-C", folder, *arguments], capture_output=True, check=False)  # noqa: S603, S607
    except FileNotFoundError:
        raise NoRevision("git is not installed") from None
    if done.returncode != 0:
        raise NoRevision(done.stderr.decode(errors="replace").strip().removeprefix("fatal: "))
    return done.stdout
