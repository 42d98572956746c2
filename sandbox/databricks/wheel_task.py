"""Runs one Python-wheel task: ``python -P wheel_task.py FAILURE_FILE PACKAGE ENTRY_POINT [--name=value …]``.

As on a cluster, the entry point is a console script of an installed package, called with its arguments in ``sys.argv``.
What it raises is written to ``FAILURE_FILE`` as JSON for ``runs/get-output``. PySpark's own variables say where a job
cluster's Spark is.
"""

from __future__ import annotations

import json
import sys
import traceback
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path


def main() -> None:
    """Find the entry point and call it."""
    failure_file, package, entry_point, *arguments = sys.argv[1:]
    try:
        function = _entry_point(package, entry_point)
        sys.argv = [entry_point, *arguments]
        status = function()
        if status:
            raise SystemExit(status)  # noqa: TRY301  a console script's return value is its exit status
    except SystemExit as ending:
        if ending.code:
            _write(failure_file, f"SystemExit: {ending.code}")
        raise
    except BaseException as error:
        _write(failure_file, traceback.format_exception_only(error)[-1].strip())
        raise


def _entry_point(package: str, name: str):  # type: ignore[no-untyped-def]  # noqa: ANN202  any signature is allowed
    try:
        entry_points = distribution(package).entry_points.select(group="console_scripts", name=name)
    except PackageNotFoundError:
        raise SystemExit(f"package {package!r} is not installed") from None
    if not entry_points:
        raise SystemExit(f"package {package!r} has no entry point {name!r}")
    return next(iter(entry_points)).load()


def _write(failure_file: str, error: str) -> None:
    Path(failure_file).write_text(json.dumps({"error": error, "error_trace": traceback.format_exc()}), encoding="utf-8")


if __name__ == "__main__":
    main()
