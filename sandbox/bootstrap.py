"""First stage, standard library only: brings uv, then ``.venv`` with the locked packages and the project itself.

``python3 -m sandbox.bootstrap spark flows …`` installs those dependency groups, at the versions and hashes of
``requirements/<group>.txt``. Groups that were installed before stay; nothing happens when no lock changed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from sandbox.bootstrap_environment import package_sources

REPOSITORY = Path(__file__).resolve().parent.parent
TOOLS = REPOSITORY / ".tools"
VENV = REPOSITORY / ".venv"
REQUIREMENTS = REPOSITORY / "requirements"
SUPPORTED = ((3, 11), (3, 12))
NEEDED_BYTES = 4 * 1024**3

_SELDOM_IMPORTED = "/site-packages/(cdktf_cdktf_provider_|kubernetes_asyncio/|[^/]+/(.*/)?tests/)"
"""Packages of thousands of modules of which few programs import a few, and the tests that packages bring along."""

_NETWORK_ADVICE = (
    "see the message above; check the network, the proxy (HTTPS_PROXY), its certificates (SSL_CERT_FILE) "
    "and pip's configuration, then run make again"
)


class Refusal(Exception):
    """Something a person must act on, in one line."""


def main() -> None:
    """Install the groups named on the command line; one line and status 1 when that is not possible."""
    parser = argparse.ArgumentParser(prog="bootstrap", description=__doc__)
    parser.add_argument("groups", nargs="*", help="dependency groups to install; none: only uv")
    try:
        groups = set(parser.parse_args().groups)
        install(groups) if groups else _uv()
    except Refusal as refusal:
        sys.exit(f"bootstrap: {refusal}")
    except OSError as error:
        sys.exit(f"bootstrap: {error}")
    except KeyboardInterrupt:
        sys.exit("bootstrap: interrupted; run make again to go on")


def install(groups: set[str]) -> None:
    """Have ``.venv`` with at least these dependency groups.

    Raises:
        Refusal: with what to do.
    """
    installed = _installed()
    wanted = {group: _lock_hash(group) for group in groups}
    if all(installed.get(group) == lock for group, lock in wanted.items()):
        return
    _check_disk()
    uv = _uv()
    environment = {**os.environ, **package_sources(TOOLS / "bin" / "python")}
    everything = sorted({*groups, *(group for group in installed if _lock(group).exists())})
    _say(f"installing {', '.join(everything)} into .venv (the first time this takes a minute or two)")
    (VENV / ".locks.json").unlink(missing_ok=True)
    _make_venv(uv, environment)
    locks = [_lock(group) for group in everything]
    quiet = [] if sys.stderr.isatty() else ["--quiet"]
    into = ["--python", VENV / "bin" / "python", *quiet]
    packages = ["pip", "sync", *into, "--require-hashes", *locks]
    _run([uv, *packages], environment, f"the packages could not be installed: {_NETWORK_ADVICE}")
    _compile_bytecode()
    project = ["pip", "install", *into, "--no-deps", "--no-build-isolation", "--editable", str(REPOSITORY)]
    _run([uv, *project], environment, "the project itself could not be installed: see the message above")
    state = {group: _lock_hash(group) for group in everything}
    (VENV / ".locks.json").write_text(json.dumps(state, indent=2), encoding="utf-8")


def _installed() -> dict[str, str]:
    """Hashes of the locks that ``.venv`` was made from; empty when it must be made anew."""
    if not _is_supported(VENV / "bin" / "python"):
        return {}
    try:
        found: dict[str, str] = json.loads((VENV / ".locks.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _uv() -> Path:
    """The pinned uv, in a virtual environment of its own."""
    uv, stamp, lock = TOOLS / "bin" / "uv", TOOLS / ".lock", _lock_hash("bootstrap")
    if uv.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == lock:
        return uv
    _say("fetching uv")
    advice = "install Python's venv module (on Debian and Ubuntu: apt install python3-venv)"
    _run([sys.executable, "-m", "venv", "--clear", str(TOOLS)], dict(os.environ), f"no virtual environment: {advice}")
    python = TOOLS / "bin" / "python"
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "--no-deps"]
    failed = f"uv could not be fetched: {_NETWORK_ADVICE}"
    _run([*pip, "-r", str(_lock("bootstrap"))], dict(os.environ), failed)
    stamp.write_text(lock, encoding="utf-8")
    return uv


def _compile_bytecode() -> None:
    """Once for all, so that not every process does; some packages hold files that are no code, which is no failure."""
    compileall = ["-m", "compileall", "-qq", "-j", "0", "-x", _SELDOM_IMPORTED]
    site_packages = next((VENV / "lib").glob("python3*/site-packages"))
    own_packages = [package.parent for package in REPOSITORY.glob("*/__init__.py")]
    subprocess.run([VENV / "bin" / "python", *compileall, site_packages, *own_packages], check=False)


def _make_venv(uv: Path, environment: dict[str, str]) -> None:
    if _is_supported(VENV / "bin" / "python"):
        return
    own = sys.version_info[:2] in SUPPORTED
    python = sys.executable if own else "3.12"
    version = "{}.{}".format(*sys.version_info)
    advice = (
        f"this Python is {version} and uv could not bring another: install Python 3.11 or 3.12, then run make again"
    )
    _run([uv, "venv", "--quiet", "--clear", "--python", python, str(VENV)], environment, advice)


def _is_supported(python: Path) -> bool:
    code = f"import sys; sys.exit(sys.version_info[:2] not in {SUPPORTED})"
    try:
        return subprocess.run([str(python), "-c", code], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def _run(command: list[object], environment: dict[str, str], failed: str) -> None:
    done = subprocess.run([str(part) for part in command], env=environment, stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        _check_disk(leaving=0)
        raise Refusal(failed)


def _check_disk(leaving: int = NEEDED_BYTES) -> None:
    """Refuse when little is free before an installation, or nearly nothing after a failed one."""
    least = max(leaving if not _installed() else 0, 200 * 1024**2)
    free = shutil.disk_usage(REPOSITORY).free
    if free < least:
        raise Refusal(
            f"only {free // 1024**2} MB are free at {REPOSITORY}, {least // 1024**2} MB are needed: free some space"
        )


def _lock(group: str) -> Path:
    return REQUIREMENTS / f"{group}.txt"


def _lock_hash(group: str) -> str:
    if not _lock(group).exists():
        raise Refusal(f"requirements/{group}.txt is missing: make lock writes it")
    return hashlib.sha256(_lock(group).read_bytes() + str(REPOSITORY).encode()).hexdigest()


def _say(what: str) -> None:
    print(f"bootstrap: {what}", flush=True)


if __name__ == "__main__":
    main()
