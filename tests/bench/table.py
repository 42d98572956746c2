"""The report as tables for people, and where they stand in a page of documentation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import tabulate

from tests.bench.report import BenchReport, Contestant, LineResult

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
_HEADERS = (
    "line",
    "rows",
    "who",
    "seconds",
    "CPU s",
    "peak MiB",
    "MB written",
    "seconds of phases",
    "ours / theirs",
    "work alone",
)
_WISH_HEADERS = ("line", "wanted", "at most", "measured", "")
_VERDICTS = {True: "met", False: "**missed**", None: "not measured"}


def tables(report: BenchReport) -> str:
    """When and where, what was measured, and what was wanted, as markdown."""
    found = [row for line in report.lines for row in _rows(line)]
    wishes = [
        (line.name, wish.wanted, f"{wish.at_most:g}", _shown(wish.measured, 3), _VERDICTS[wish.met])
        for line in report.lines
        for wish in line.wishes
    ]
    left_out = [f"- {line.name}: {name} was left out." for line in report.lines for name in line.left_out]
    parts = [_sitting(report), _table(found, _HEADERS), _table(wishes, _WISH_HEADERS) if wishes else ""]
    return "\n\n".join(part for part in [*parts, "\n".join(left_out)] if part) + "\n"


def write_into(page: Path, report: BenchReport) -> None:
    """Replace what stands between the page's two marks by the report's tables.

    Raises:
        ValueError: the page has no such marks.
    """
    before, after = place_in(page)
    page.write_text(f"{before}{BEGIN}\n{tables(report)}{END}{after}", encoding="utf-8")


def place_in(page: Path) -> tuple[str, str]:
    """What stands before and after the place of the tables.

    Raises:
        ValueError: the page has no such place.
    """
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} has no place for the tables: it lacks {BEGIN} or, behind it, {END}")
    return before, after


def _sitting(report: BenchReport) -> str:
    machine, loads = report.machine, [load for line in report.lines for load in line.load_average]
    versions = ", ".join(f"{name} {version}" for name, version in report.versions.items())
    return (
        f"{report.started_at:%Y-%m-%d %H:%M} to {report.finished_at:%H:%M} UTC; {machine.cores} cores of "
        f"{machine.processor}, {machine.memory_mib / 1024:.0f} GiB, {machine.system}; load average between lines "
        f"{min(loads):g} to {max(loads):g}; {versions}."
    )


def _table(rows: Sequence[tuple[str, ...]], headers: tuple[str, ...]) -> str:
    return tabulate.tabulate(rows, headers, "pipe", disable_numparse=True)


def _rows(line: LineResult) -> Iterator[tuple[str, ...]]:
    for place, contestant in enumerate(line.contestants):
        rows = f"{line.rows:,}" if place == 0 else ""
        yield (
            line.name if place == 0 else "",
            rows,
            contestant.name,
            *_figures(contestant),
            *_ratios(line, contestant),
        )


def _figures(contestant: Contestant) -> tuple[str, ...]:
    found = contestant.median
    written = None if found.bytes_written is None else found.bytes_written / 1e6
    phases = ", ".join(f"{name} {seconds:.1f}" for name, seconds in found.phases.items())
    return (_shown(found.seconds), _shown(found.cpu_seconds), _shown(found.peak_memory_mib, 0), _shown(written), phases)


def _ratios(line: LineResult, contestant: Contestant) -> tuple[str, ...]:
    found = line.ratios.get(contestant.name, {})
    return tuple(_shown(found.get(name), 2) for name in ("seconds", "work"))


def _shown(value: float | None, decimals: int = 1) -> str:
    return "" if value is None else f"{value:,.{decimals}f}"
