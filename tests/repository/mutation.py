"""Which small changes of the code no unit test notices: `make mutation PATHS='contracts/quality.py tasks/land'`.

mutmut changes a copy of the code (`mutants/`) in one small way after another and runs the tests that reach the changed
function; what it is to change and which tests it runs stand in `pyproject.toml`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import sysconfig
from pathlib import Path

from sandbox.bootstrap import REPOSITORY
from tests.repository.locked_environment import locked_programs


def main() -> None:
    """Run mutmut on the paths, and say how to look at what survived."""
    parser = argparse.ArgumentParser(prog="mutation", description=__doc__)
    parser.add_argument("paths", nargs="+", help="modules or folders below contracts/ and tasks/")
    try:
        mutmut = laid_over_the_project(locked_programs("mutmut")) / "mutmut"
    except subprocess.CalledProcessError as error:
        sys.exit(f"mutation: {error}")
    mutants = [mutants_of(path) for path in parser.parse_args().paths]
    status = subprocess.run([mutmut, "run", *mutants], cwd=REPOSITORY, check=False)
    sys.stdout.write(f"🙁 survived; see one with {mutmut.relative_to(REPOSITORY)} show ‹name›\n")
    sys.exit(status.returncode)


def mutants_of(path: str) -> str:
    """The pattern of the names of a path's mutants.

    >>> mutants_of("contracts/quality.py"), mutants_of("tasks/land/"), mutants_of("tasks.land.load.x_land__mutmut_1")
    ('contracts.quality.*', 'tasks.land.*', 'tasks.land.load.x_land__mutmut_1')
    """
    name = path.removesuffix(".py").strip("/").replace("/", ".")
    return name if "__mutmut_" in name else f"{name}.*"


def laid_over_the_project(programs: Path) -> Path:
    """Let mutmut's environment see the packages of the running one, after its own."""
    packages = next((programs.parent / "lib").glob("python3*/site-packages"))
    (packages / "project.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    return programs


if __name__ == "__main__":
    main()
