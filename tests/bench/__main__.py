"""Measures the pipeline beside its peers: `make bench`, or one line of it with `make bench ONLY=‹line›`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from sandbox.home import REPOSITORY, write_atomically
from tests.bench.contest import Line, run_line
from tests.bench.lines import landing, landing_memory, landing_shards, sandbox, spark_job
from tests.bench.machine import machine, versions
from tests.bench.processes import WorkFailed
from tests.bench.report import BenchReport, LineResult
from tests.bench.table import place_in, tables, write_into

DEFAULT_ROWS = 1_000_000
LINES = {
    line.name: line for module in (landing, landing_memory, landing_shards, spark_job, sandbox) for line in module.LINES
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the chosen lines, print their table and write `bench.json`; status 1 if our own work failed."""
    given = parser().parse_args(arguments)
    chosen = [LINES[name] for name in given.only] if given.only else list(LINES.values())
    measured = 0
    try:
        for report in sitting(chosen, given.rows, given.rounds):
            write_atomically(given.output, report.model_dump_json(indent=2) + "\n")
            measured = len(report.lines)
    except WorkFailed as failure:
        before = f"\n{measured} lines before it are in {given.output}" if measured else ""
        sys.exit(f"bench: {chosen[measured].name}: {failure}{before}")
    if given.markdown:
        write_into(given.markdown, report)
    sys.stdout.write(f"{tables(report)}\nevery figure, with units: {given.output}\n")


def sitting(lines: Sequence[Line], rows: int, rounds: int) -> Iterator[BenchReport]:
    """Measure the lines one after the other; after each one, the report of those that were measured until then.

    Raises:
        WorkFailed: our own work failed.
    """
    console, started = Console(stderr=True), datetime.now(UTC)
    measured: list[LineResult] = []
    with console.status("") as status:

        def tell(what: str) -> None:
            status.update(what)
            if not console.is_terminal:
                console.print(what)

        for line in lines:
            measured.append(run_line(line, rows, rounds, tell))
            yield BenchReport(
                started_at=started,
                finished_at=datetime.now(UTC),
                machine=machine(),
                versions=versions(),
                lines=tuple(measured),
            )


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    described = "\n".join(f"  {name:<17} {line.work}" for name, line in LINES.items())
    made = argparse.ArgumentParser(
        prog="bench",
        description=__doc__,
        epilog=f"lines:\n{described}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    rows = os.environ.get("DATAMASTER_ROWS", str(DEFAULT_ROWS))
    output = Path(os.environ.get("BENCH_OUTPUT", REPOSITORY / "build" / "bench.json"))
    made.add_argument("--only", metavar="LINE", action="append", choices=LINES, help="a line; may be given repeatedly")
    made.add_argument(
        "--rows", type=positive, default=rows, help="purchases a source (DATAMASTER_ROWS; default %(default)s)"
    )
    made.add_argument("--rounds", type=positive, default=3, help="how often each does its work (default %(default)s)")
    made.add_argument("--output", type=Path, default=output, help="where bench.json goes (BENCH_OUTPUT)")
    made.add_argument(
        "--markdown", type=page_with_a_place, metavar="PAGE", help="a page to write the tables into, between its marks"
    )
    return made


def positive(text: str) -> int:
    """A number of rows or rounds.

    Raises:
        ValueError: it is none, or not positive; argparse says so.
    """
    if (number := int(text)) <= 0:
        raise ValueError(text)
    return number


def page_with_a_place(path: str) -> Path:
    """A page that tables can be written into: better refused now than after an hour.

    Raises:
        ArgumentTypeError: it has no place for them, or cannot be read.
    """
    try:
        place_in(Path(path))
    except (OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return Path(path)


if __name__ == "__main__":
    main()
