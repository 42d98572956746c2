"""Where a sandbox keeps its state: one folder, ``DATAMASTER_HOME``."""

from __future__ import annotations

import contextlib
import os
import ssl
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from sandbox.errors import SandboxError

REPOSITORY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class SandboxHome:
    """Paths of everything that a sandbox writes, all below ``folder``."""

    folder: Path

    @property
    def env_file(self) -> Path:
        """The dotenv file with every variable that the flows and commands need."""
        return self.folder / "env"

    def summary(self, slug: str) -> Path:
        """The summary of the dataset's last run, markdown; its facts lie beside it as JSON."""
        return self.folder / "summaries" / f"{slug}.md"

    @property
    def branch_files(self) -> Path:
        """The folder that branches drop their CSV files into."""
        return self.folder / "branch_files"

    @property
    def return_files(self) -> Path:
        """The folder that the carrier drops CSV files about returns into."""
        return self.folder / "return_files"

    @property
    def customers_api_database(self) -> Path:
        """The SQLite file of the customers API's purchases."""
        return self.folder / "customers_api" / "purchases.sqlite"

    @property
    def jars(self) -> Path:
        """The jars that Spark needs beside its own."""
        return self.folder / "jars"

    @property
    def java(self) -> Path:
        """The embedded Java's ``JAVA_HOME``."""
        return self.folder / "java"

    @property
    def spark_conf(self) -> Path:
        """``SPARK_CONF_DIR``: the cluster configuration of the sandbox."""
        return self.folder / "spark" / "conf"

    @property
    def prefect(self) -> Path:
        """``PREFECT_HOME``: the server's database and this sandbox's profile."""
        return self.folder / "prefect"

    def trust(self) -> ssl.SSLContext:
        """What a client of the sandbox's https servers verifies them with."""
        return ssl.create_default_context(cafile=str(self.tls / "ca.pem"))

    @property
    def tls(self) -> Path:
        """The sandbox's own certificate authority and what it signed."""
        return self.folder / "tls"

    def secret(self, name: str) -> Path:
        """The file of a secret that flows use, readable by its owner alone."""
        return self.folder / "secrets" / name

    def log(self, part: str) -> Path:
        """The log file of one part."""
        return self.folder / "logs" / f"{part}.log"

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the home for one command.

        Raises:
            SandboxError: another command works on this home, or the folder cannot be made.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            message = f"DATAMASTER_HOME={self.folder} cannot be used ({error.strerror}): set it to another folder"
            raise SandboxError(message) from None
        try:
            with FileLock(self.folder / ".lock", timeout=0):
                yield
        except Timeout:
            message = f"another make up, run or down works on {self.folder}: wait for it, or set DATAMASTER_HOME"
            raise SandboxError(message) from None


def home_from_environment() -> SandboxHome:
    """The sandbox that ``DATAMASTER_HOME`` names, by default ``.sandbox`` in the repository."""
    return SandboxHome(Path(os.environ.get("DATAMASTER_HOME") or REPOSITORY / ".sandbox").expanduser().resolve())


def write_atomically(path: Path, text: str, mode: int = 0o644) -> None:
    """Replace ``path`` by ``text`` so that a reader sees the old or the new content, never a part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        Path(partial).chmod(mode)
        Path(partial).replace(path)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise


def write_private(path: Path, text: str) -> None:
    """Replace ``path`` by ``text``, readable by its owner alone."""
    write_atomically(path, text, mode=0o600)
