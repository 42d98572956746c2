"""Puts a `Contract` together from an ODCS document, section by section."""

from __future__ import annotations

from open_data_contract_standard.model import (
    OpenDataContractStandard,
    SchemaObject,
    SchemaProperty,
    Server,
)

from contracts.formats import TimestampFormat
from contracts.model import Classification, Column, Contract, GoldTable, LogicalType, Role, Source
from contracts.problems import Problems
from contracts.rules import Present, Rule, Severity, Stage
from contracts.sections import CheckSection, ColumnSection, DatasetSection, GoldSection, RoleSection, ServerSection
from contracts.service_levels import read_service_levels


def assemble(document: OpenDataContractStandard, problems: Problems) -> Contract | None:
    """The contract that the document describes, or None with every problem noted."""
    tables = list(enumerate(document.schema_ or []))
    if not tables:
        problems.add("schema", "must describe the dataset's silver table first, then its gold tables")
        return None
    dataset_table = tables[0][1]
    dataset = problems.properties(DatasetSection, "schema[0]", dataset_table.customProperties)
    columns = _columns(dataset_table, "schema[0]", problems)
    rules = _rules(dataset_table, "schema[0]", problems)
    gold_tables = [_gold_table(table, f"schema[{index}]", problems) for index, table in tables[1:]]
    sources = [
        _source(server, f"servers[{index}]", columns, problems) for index, server in enumerate(document.servers or [])
    ]
    roles = _roles(document, problems)
    levels = read_service_levels(document, problems)
    if problems.found or dataset is None or levels is None:
        return None
    return Contract(
        name=str(document.name),
        version=str(document.version),
        description=str(document.description.purpose if document.description else ""),
        columns=columns,
        rules=rules,
        dedupe_key=dataset.dedupe_key,
        latest_by=dataset.latest_by,
        clustering=dataset.cluster_by,
        high_value_threshold_brl=dataset.high_value_threshold_brl,
        max_landing_error_ratio=dataset.max_landing_error_ratio,
        gold_tables=tuple(table for table in gold_tables if table),
        sources=tuple(source for source in sources if source),
        roles=roles,
        pipeline_schedule=levels.schedules[str(document.name)],
        source_schedules={name: levels.schedules[name] for name in levels.schedules if name != document.name},
        retention=levels.retention,
    )


def _columns(table: SchemaObject, path: str, problems: Problems) -> tuple[Column, ...]:
    found = [
        _column(item, f"{path}.properties[{index}]", problems) for index, item in enumerate(table.properties or [])
    ]
    return tuple(column for column in found if column)


def _column(item: SchemaProperty, path: str, problems: Problems) -> Column | None:
    section = problems.properties(ColumnSection, path, item.customProperties)
    logical_type = problems.section(LogicalType, f"{path}.logicalType", item.logicalType)
    classification = problems.section(Classification, f"{path}.classification", item.classification)
    if not item.name:
        problems.add(f"{path}.name", "is missing")
    if section is None or logical_type is None or classification is None or not item.name:
        return None
    return Column(
        name=item.name,
        logical_type=logical_type,
        description=item.description or "",
        classification=classification,
        masking=section.masking,
        encrypted_name=item.encryptedName,
    )


def _rules(table: SchemaObject, path: str, problems: Problems) -> tuple[Rule, ...]:
    rules: list[Rule] = []
    for index, item in enumerate(table.properties or []):
        column = str(item.name)
        if item.required:
            rules.append(
                Rule(name="required", column=column, check=Present(), stage=Stage.LANDING, severity=Severity.ERROR)
            )
        for number, quality in enumerate(item.quality or []):
            where = f"{path}.properties[{index}].quality[{number}]"
            section = problems.section(CheckSection, f"{where}.implementation", quality.implementation)
            severity = problems.section(Severity, f"{where}.severity", quality.severity)
            if not quality.name:
                problems.add(f"{where}.name", "is missing")
            elif section is not None and severity is not None:
                check, stage = section.to_check(), section.stage
                rules.append(Rule(name=quality.name, column=column, check=check, stage=stage, severity=severity))
    return tuple(rules)


def _gold_table(table: SchemaObject, path: str, problems: Problems) -> GoldTable | None:
    section = problems.properties(GoldSection, path, table.customProperties)
    columns = _columns(table, path, problems)
    if section is None:
        return None
    return GoldTable(
        name=str(table.name),
        description=table.description or "",
        columns=columns,
        key=section.dedupe_key,
        clustering=section.cluster_by,
    )


def _source(server: Server, path: str, columns: tuple[Column, ...], problems: Problems) -> Source | None:
    section = problems.properties(ServerSection, path, server.customProperties)
    if section is None:
        return None
    return Source(
        name=str(server.server),
        kind=section.kind,
        description=server.description or "",
        connection=section.connection.model_dump(exclude_none=True),
        date_format=section.date_format,
        amount_format=section.amount_format,
        timestamp_format=TimestampFormat(section.timestamp_offset),
        field_paths={column.name: column.name for column in columns} | section.field_paths,
        optional_columns=section.optional_columns,
        table=section.table,
        path=section.path,
        key_field=section.key_field,
        cursor_field=section.cursor_field,
        overlap_seconds=section.overlap_seconds,
        page_rows=section.page_rows,
    )


def _roles(document: OpenDataContractStandard, problems: Problems) -> tuple[Role, ...]:
    roles = []
    for index, role in enumerate(document.roles or []):
        section = problems.properties(RoleSection, f"roles[{index}]", role.customProperties)
        if section is not None:
            roles.append(
                Role(
                    name=str(role.role),
                    description=role.description or "",
                    workload=section.workload,
                    access=section.access,
                    reads_personal_data=section.reads_personal_data,
                )
            )
    return tuple(roles)
