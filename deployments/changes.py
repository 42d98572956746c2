"""What git says of the repository since a commit: files as they were, and files that changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from contracts.diff.base import NoRevision, git


@dataclass(frozen=True)
class Changes:
    """The repository now, committed or not, beside a commit of it."""

    repository: Path
    commit: str

    def read_before(self, path: str) -> str | None:
        """The text of that file at the commit, None where it had no such file."""
        try:
            return git(self.repository, "show", f"{self.commit}:{path}").decode()
        except NoRevision:
            return None

    def files(self, *paths: str) -> list[str]:
        """Files under those paths that are not as they were, new and removed ones included."""
        changed = git(self.repository, "diff", "--name-only", "-z", self.commit, "--", *paths)
        new = git(self.repository, "ls-files", "--others", "--exclude-standard", "-z", "--", *paths)
        return sorted({name for name in (changed + new).decode().split("\0") if name})

    def sources_before(self, contract_files: Iterable[str]) -> set[str]:
        """The sources that those contracts had at the commit, whatever else they said."""
        texts = [self.read_before(path) for path in set(contract_files)]
        documents = [yaml.safe_load(text) for text in texts if text]
        return {server["server"] for document in documents for server in document.get("servers", ())}
