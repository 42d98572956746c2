"""What a task of the Databricks job reports of itself, and the row accounting that a run must balance.

A task of the Databricks job prints its report as the last line of its output; the parent flow reads it from there.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

RESULT_MARKER = "DATAMASTER_RESULT "
"""What the line with a task's report starts with."""


class TransformedRows(BaseModel):
    """Rows of one source that a transformation accounts for.

    In a run's figures `silver` is a net change and may be negative: a row of another source can take a row's place.
    """

    model_config = ConfigDict(frozen=True)

    bronze: int = 0
    silver: int = 0
    rejected: int = 0
    superseded: int = 0
    deleted: int = 0
    erased: int = 0

    @property
    def judged(self) -> int:
        """Rows that silver has taken in, whatever became of them."""
        return self.silver + self.rejected + self.superseded + self.deleted + self.erased


class MadeAnew(BaseModel):
    """A table that was made anew beside what it held: rows that are gone, and rows that are new; a changed one is both.

    `changed_below` are rows that came, changed or went in the layer below since the table had last been brought up to
    it, None where that layer was made anew too. `not_compared` are columns that are new, gone or of another type.
    """

    model_config = ConfigDict(frozen=True)

    gone: int
    new: int
    changed_below: int | None = None
    not_compared: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """In words, whether it is what it was.

        >>> MadeAnew(gone=0, new=0).verdict
        'equal to what was there'
        >>> MadeAnew(gone=1, new=1200, changed_below=1199).verdict
        'rows gone: 1, new: 1,200 (changed below: 1,199)'
        >>> MadeAnew(gone=0, new=0, not_compared=("channel",)).verdict
        'equal to what was there (but for channel, which was not there or of another type)'
        """
        differs = self.gone or self.new
        found = f"rows gone: {self.gone:,}, new: {self.new:,}" if differs else "equal to what was there"
        notes = [f"changed below: {self.changed_below:,}"] if differs and self.changed_below else []
        if self.not_compared:
            notes.append(f"but for {', '.join(self.not_compared)}, which was not there or of another type")
        return f"{found} ({'; '.join(notes)})" if notes else found


class TaskReport(BaseModel):
    """What one task did: rows by source in this run and in total, rejections by rule label, versions of its tables.

    `samples` are shapes of rejected values by source and rule label (`contracts.shapes`).
    `warned_checks` are the checks of whole tables that fail with severity `warning`, and what was counted, by label.
    `files_before_and_after` are the numbers of files of each table that upkeep went over, `made_anew` the tables that
    were made anew, each beside what it held.
    `contract_digest` is of the contract that the task read, `definitions` what its tables' rows are made by
    (`contracts.table_definitions`).
    """

    model_config = ConfigDict(frozen=True)

    task: str
    seconds: float
    run: dict[str, TransformedRows] = Field(default_factory=dict)
    total: dict[str, TransformedRows] = Field(default_factory=dict)
    rejected_by_rule: dict[str, dict[str, int]] = Field(default_factory=dict)
    warned_by_rule: dict[str, dict[str, int]] = Field(default_factory=dict)
    samples: dict[str, dict[str, tuple[str, ...]]] = Field(default_factory=dict)
    warned_checks: dict[str, str] = Field(default_factory=dict)
    table_versions: dict[str, int] = Field(default_factory=dict)
    groups_changed: int = 0
    files_before_and_after: dict[str, tuple[int, int]] = Field(default_factory=dict)
    made_anew: dict[str, MadeAnew] = Field(default_factory=dict)
    software: dict[str, str] = Field(default_factory=dict)
    contract_digest: str = ""
    definitions: dict[str, dict[str, str]] = Field(default_factory=dict)

    def result_line(self) -> str:
        """The line a task prints last."""
        return RESULT_MARKER + self.model_dump_json()


def read_report(output: str) -> TaskReport | None:
    """The report in a task's output, or None if the task did not get that far."""
    lines = [line for line in output.splitlines() if line.startswith(RESULT_MARKER)]
    return TaskReport.model_validate_json(lines[-1].removeprefix(RESULT_MARKER)) if lines else None


class SourceBooks(BaseModel):
    """Row accounting of one source, each term counted on its own from what is durably there.

    `settled` rows were landed, are not in bronze, and were written off by a person's command. `deleted` ones say that
    the source deleted a row, and are the latest of their keys; the row that they ended is superseded.
    `bronze` are all rows that bronze ever took in; `erased` ones of these left every table, as a person asked for it.
    """

    model_config = ConfigDict(frozen=True)

    extracted: int = 0
    landed: int = 0
    quarantined: int = 0
    settled: int = 0
    bronze: int = 0
    silver: int = 0
    rejected: int = 0
    superseded: int = 0
    deleted: int = 0
    erased: int = 0

    @property
    def unsettled(self) -> int:
        """Landed rows that neither bronze nor a settlement answers for; negative if bronze holds more."""
        return self.landed - self.bronze - self.settled

    def imbalances(self) -> list[str]:
        """The equations that do not hold, in words; empty when the books balance."""
        ingested = self.landed + self.quarantined
        transformed = self.silver + self.rejected + self.superseded + self.deleted + self.erased
        destinations = f"landed {self.landed} + quarantined {self.quarantined}"
        deleted = f" + deleted {self.deleted}" if self.deleted else ""
        erased = f" + erased {self.erased}" if self.erased else ""
        fates = f"silver {self.silver} + rejected {self.rejected} + superseded {self.superseded}{deleted}{erased}"
        settled = f" + settled {self.settled}" if self.settled else ""
        equations = [
            (self.extracted, ingested, f"extracted {self.extracted} ≠ {destinations}"),
            (self.unsettled, 0, f"landed {self.landed} ≠ bronze {self.bronze}{settled}"),
            (self.bronze, transformed, f"bronze {self.bronze} ≠ {fates}"),
        ]
        return [inequality for left, right, inequality in equations if left != right]
