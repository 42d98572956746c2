"""Reads a contract's service levels: schedules and retention (ODCS section SLA, `slaProperties`)."""

from __future__ import annotations

from dataclasses import dataclass

from open_data_contract_standard.model import OpenDataContractStandard, ServiceLevelAgreementProperty

from contracts.model import Retention, Schedule
from contracts.problems import Problems

CRON_FIELDS = 5


@dataclass(frozen=True)
class ServiceLevels:
    """Schedules by element (the dataset for the pipeline, else a source) and how long data are kept.

    A source without a frequency of its own has the dataset's.
    """

    schedules: dict[str, Schedule]
    retention: Retention


def read_service_levels(document: OpenDataContractStandard, problems: Problems) -> ServiceLevels | None:
    """The document's service levels, or None with the problems noted."""
    by_key = {(item.property, item.element): (index, item) for index, item in enumerate(document.slaProperties or [])}

    def days(name: str, element: str) -> int:
        index, item = by_key.get((name, element), (None, None))
        value = item.value if item else None
        if item is None or not isinstance(value, int) or item.unit != "d" or value < 1:
            where = "slaProperties" if index is None else f"slaProperties[{index}]"
            problems.add(where, f"must give {name} of {element} in whole days: value ≥ 1, unit d")
            return 0
        return value

    timezone = by_key.get(("timezone", None), (None, None))[1]
    if timezone is None:
        problems.add("slaProperties", "must give the timezone of the schedules")
        return None
    schedules = {
        str(item.element): schedule
        for index, item in by_key.values()
        if item.property == "frequency"
        and (schedule := _schedule(item, f"slaProperties[{index}]", str(timezone.value), problems))
    }
    pipeline = schedules.get(str(document.name))
    if pipeline is None:
        if not problems.found:
            problems.add("slaProperties", f"must give the frequency of {document.name}, with its cron schedule")
        return None
    schedules = {str(server.server): pipeline for server in document.servers or []} | schedules
    retention = Retention(
        raw_days=days("retention", "raw"),
        raw_cool_after_days=days("timeToCoolTier", "raw"),
        tables_days=days("retention", str(document.name)),
    )
    return ServiceLevels(schedules, retention)


def _schedule(item: ServiceLevelAgreementProperty, path: str, timezone: str, problems: Problems) -> Schedule | None:
    if item.scheduler != "cron" or len(str(item.schedule).split()) != CRON_FIELDS:
        problems.add(f"{path}.schedule", f"must be a cron expression of {CRON_FIELDS} fields, with scheduler cron")
        return None
    return Schedule(cron=str(item.schedule), timezone=timezone)
