"""What became of each hostile row, held against what plain Python says must become of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.contract import Contract
from contracts.raw_layout import QUARANTINE, source_folder
from contracts.rules import Severity, Stage
from contracts.sources.kinds import Source
from tasks.extract.chunks import FAULT, SOURCE_TEXT
from tasks.land.raw_container import RawContainer
from tasks.validate.split import MALFORMED, REASONS
from tests.hostile_rows.rows import NUMBER, HostileRow, number_in
from tests.hostile_rows.verdicts import Verdicts

Labels = tuple[str, ...]
Rows = Mapping[str, Labels]
_SHOWN, _SHOWN_CHARACTERS = 5, 3000


@dataclass(frozen=True)
class Fates:
    """By the rows' numbers: the rules that a row breaks at landing, those that it breaks afterwards, valid rows."""

    quarantined: dict[str, Labels]
    rejected: dict[str, Labels]
    valid: frozenset[str]


def fates(rows: Iterable[HostileRow], landing: Verdicts, silver: Verdicts) -> Fates:
    """What must become of the rows, landed and ingested on the days of the two."""
    quarantined: dict[str, Labels] = {}
    rejected: dict[str, Labels] = {}
    valid = set()
    for row in rows:
        if broken := _broken_at_landing(row, landing):
            quarantined[row.number] = broken
        elif broken := silver.broken(row.values.items()):
            rejected[row.number] = broken
        else:
            valid.add(row.number)
    return Fates(quarantined, rejected, frozenset(valid))


def require_every_rule_broken(wanted: Fates, contract: Contract) -> None:
    """No rule goes untried, and there are rows that keep all."""
    broken = {label for labels in (*wanted.quarantined.values(), *wanted.rejected.values()) for label in labels}
    rules = {rule.label for rule in contract.rules if rule.severity is Severity.ERROR}
    assert rules - broken == set()
    assert wanted.valid


def _broken_at_landing(row: HostileRow, landing: Verdicts) -> Labels:
    return (MALFORMED,) if row.is_malformed else landing.broken(row.values.items(), Stage.LANDING)


def quarantined(raw: RawContainer, contract: Contract, source: Source) -> list[dict[str, Any]]:
    """The records in quarantine."""
    names = raw.names(f"{QUARANTINE}/{source_folder(contract, source)}/")
    return [json.loads(line) for name in names for line in raw.read(name).decode().split("\n")[:-1]]


def reasons(records: Iterable[Mapping[str, Any]]) -> list[tuple[str, Labels]]:
    """Whose record each is, and why it is there."""
    return [(_number_of(record), tuple(sorted(record[REASONS]))) for record in records]


def _number_of(record: Mapping[str, Any]) -> str:
    return str(record[NUMBER]) if record[NUMBER] else number_in(str(record.get(SOURCE_TEXT)))


def require_discreet(records: Iterable[Mapping[str, Any]]) -> None:
    """No fault that is told has a value of the row in it."""
    for record in records:
        told = record.get(FAULT) or ""
        values = [value for name, value in record.items() if not name.startswith("_") and value]
        shown = [value for value in values if len(value) > 10 and value in told]
        assert not shown, (told, record)


def require_same(found: Sequence[tuple[str, object]], wanted: Mapping[str, object], rows: Mapping[str, object]) -> None:
    """Each row once and as wanted; else the first few that are not, with their values."""
    twice = [number for number, times in Counter(number for number, _ in found).items() if times > 1]
    by_number = dict(found)
    other = {n: (by_number.get(n), wanted.get(n)) for n in by_number.keys() | wanted.keys()}
    other = {number: pair for number, pair in other.items() if pair[0] != pair[1]}
    told = [f"found {a!r}, wanted {b!r}: {rows.get(n)!r}"[:_SHOWN_CHARACTERS] for n, (a, b) in sorted(other.items())]
    assert not twice, [f"more than once: {rows.get(number)!r}"[:_SHOWN_CHARACTERS] for number in twice[:_SHOWN]]
    assert not other, "\n".join([f"{len(other)} rows", *told[:_SHOWN]])
