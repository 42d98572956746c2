"""Where packages come from, as the user configured pip, in the variables that uv reads. Standard library only."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_UV_NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
}


def package_sources(python: Path) -> dict[str, str]:
    """Variables for uv from pip's configuration (files and ``PIP_…``); what the user set for uv itself stays.

    A certificate bundle that other tools are told of (``REQUESTS_CA_BUNDLE``) is uv's too.
    """
    configured = _pip_configuration(python)
    variables = {_UV_NAMES[option]: value for option, value in configured.items() if option in _UV_NAMES}
    if os.environ.get("REQUESTS_CA_BUNDLE"):
        variables.setdefault("SSL_CERT_FILE", os.environ["REQUESTS_CA_BUNDLE"])
    return {name: value for name, value in variables.items() if not os.environ.get(name)}


def _pip_configuration(python: Path) -> dict[str, str]:
    """Pip's options by name, an environment variable winning over a file, as pip itself has it."""
    told = subprocess.run(
        [str(python), "-m", "pip", "config", "list"],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    options: dict[str, str] = {}
    for line in sorted(told.stdout.splitlines(), key=lambda line: line.startswith(":env:.")):
        name, _, value = line.partition("=")
        options[name.rpartition(".")[2]] = value.strip().strip("'\"").replace("\\n", " ").strip()
    return options
