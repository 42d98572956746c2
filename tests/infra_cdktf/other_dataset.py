"""A dataset that shares no name with the packaged ones: whole numbers, one key a gold table, no date anywhere."""

from __future__ import annotations

from pathlib import Path

from contracts.folder import Contracts, read_contracts

CONTRACT = """\
version: 1.0.0
kind: DataContract
apiVersion: v3.1.0
id: machine-faults
name: machine_faults
status: active
description: {purpose: What broke in the plant.}

servers:
  - server: plant-files
    type: local
    path: ${PLANT_FILES_URL}/*.csv
    format: csv
    customProperties:
      - {property: connection, value: {url: PLANT_FILES_URL}}

schema:
  - name: machine_faults
    properties:
      - {name: fault_number, logicalType: integer, primaryKey: true, required: true, classification: internal}
      - {name: machine, logicalType: string, required: true, classification: internal}
      - {name: severity_code, logicalType: integer, classification: internal}
      - {name: minutes_down, logicalType: integer, classification: internal}
      - {name: repaired, logicalType: boolean, classification: internal}

  - name: faults_by_repair
    properties:
      - {name: repaired, logicalType: boolean, primaryKey: true, transformLogic: repaired}
      - {name: fault_count, logicalType: integer, transformLogic: count(*)}
      - {name: longest, logicalType: integer, businessName: Longest, transformLogic: max(minutes_down)}
      - {name: minutes, logicalType: integer, transformLogic: sum(minutes_down)}

  - name: averages_by_severity
    businessName: Averages
    properties:
      - {name: severity_code, logicalType: integer, primaryKey: true, transformLogic: severity_code}
      - {name: average_minutes, logicalType: number, transformLogic: avg(minutes_down)}
      - {name: machine_count, logicalType: integer, transformLogic: count(distinct machine)}

slaProperties:
  - {property: frequency, value: 6, unit: h, element: machine_faults, scheduler: cron, schedule: 0 */6 * * *}
  - {property: timezone, value: America/Sao_Paulo}
  - {property: retention, value: 90, unit: d, element: raw}
  - {property: timeToCoolTier, value: 7, unit: d, element: raw}

roles:
  - {role: data_admins, customProperties: [{property: access, value: {raw: [all], silver: [all], gold: [all]}}]}
  - {role: data_engineers, customProperties: [{property: access, value: {raw: [read, write]}}]}
  - role: flows
    customProperties: [{property: workload, value: true}, {property: access, value: {raw: [create, read]}}]
  - role: pipeline
    customProperties:
      - {property: workload, value: true}
      - {property: access, value: {raw: [read], bronze: [read, write], silver: [read, write], gold: [read, write]}}
"""


def read_other_dataset(folder: Path) -> Contracts:
    """The contracts of `folder`, once this one is written into it."""
    (folder / "machine_faults.odcs.yaml").write_text(CONTRACT, encoding="utf-8")
    return read_contracts(folder)
