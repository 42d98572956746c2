"""What a dry run found, as text for a terminal: counts and patterns, no values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tabulate import tabulate

from onboarding.sample import SAMPLE_ROWS
from onboarding.verdict import BrokenRule, Verdict


@dataclass(frozen=True)
class DryRun:
    """What a sample of a source showed; `undeclared` are the names of what it has and its entry does not know."""

    dataset: str
    source: str
    verdict: Verdict
    refused: tuple[str, ...]
    undeclared: str

    @property
    def passed(self) -> bool:
        """Whether nothing would be set aside or refused at landing."""
        return not (self.verdict.quarantined or self.verdict.refused or self.refused)


def rendered(run: DryRun) -> str:
    """The report, which ends with a line that says how it went."""
    verdict = run.verdict
    parts = [
        f"{run.source} of {run.dataset}: {verdict.rows:,} rows read ({SAMPLE_ROWS:,} at most); nothing was landed",
        _columns(verdict),
        *_listed("Refused", (*run.refused, *verdict.refused)),
        *_rules(f"{verdict.quarantined:,} rows would go to quarantine", verdict.broken),
        *_rules("Silver would reject rows that land", verdict.rejected),
        *_listed("Columns that the contract does not know", [run.undeclared] if run.undeclared else []),
        "✅ nothing would be refused at landing" if run.passed else "❌ mend the entry, or the source",
    ]
    return "\n\n".join(parts) + "\n"


def _columns(verdict: Verdict) -> str:
    rows = [[fit.column, fit.format, fit.texts, fit.fitting, fit.missing] for fit in verdict.columns]
    return tabulate(rows, ["column", "format", "texts", "of which fit", "missing"], "simple", intfmt=",")


def _rules(title: str, broken: Sequence[BrokenRule]) -> Iterable[str]:
    if broken:
        rows = [[rule.label, rule.rows, "   ".join(rule.examples)] for rule in broken]
        yield f"{title}:\n{tabulate(rows, ['rule', 'rows', 'texts look like'], 'simple', intfmt=',')}"


def _listed(title: str, lines: Sequence[str]) -> Iterable[str]:
    if lines:
        yield "\n".join([f"{title}:", *(f"- {line}" for line in lines)])
