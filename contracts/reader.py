"""Reads a contract file: an Open Data Contract Standard v3 document in, frozen objects out, or every reason why not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from open_data_contract_standard.model import OpenDataContractStandard
from pydantic import ValidationError

from contracts.assembly import assemble
from contracts.consistency import note_inconsistencies
from contracts.model import Contract
from contracts.problems import Problems

CONTRACTS_FOLDER = Path(__file__).parent
DEFAULT_CONTRACT = CONTRACTS_FOLDER / "customer_purchases.odcs.yaml"


class ContractError(ValueError):
    """Raised when a contract cannot be used: a line a problem, with the file, the path inside it and the reason."""

    def __init__(self, file: Path, problems: Problems) -> None:
        """Keep the problems for callers that show them one by one."""
        self.file = file
        self.problems = tuple(problems.found)
        super().__init__("\n".join(f"{file}: {problem.path}: {problem.reason}" for problem in self.problems))


def read_contract(file: Path | None = None) -> Contract:
    """The contract in that file, by default the one this package carries.

    Raises:
        ContractError: the file is missing, is not YAML, is not ODCS v3, or contradicts itself.
    """
    file = file or DEFAULT_CONTRACT
    problems = Problems()
    document = _odcs_document(file, problems)
    contract = assemble(document, problems) if document else None
    if contract:
        note_inconsistencies(contract, problems)
    if problems.found or contract is None:
        raise ContractError(file, problems)
    return contract


def _odcs_document(file: Path, problems: Problems) -> OpenDataContractStandard | None:
    content = _yaml_mapping(file, problems)
    if content is None:
        return None
    if not str(content.get("apiVersion", "")).startswith("v3."):
        problems.add("apiVersion", "must be an ODCS version v3.x.y, such as v3.1.0")
    for name in ("name", "version"):
        if not content.get(name):
            problems.add(name, "is missing")
    try:
        return OpenDataContractStandard.model_validate(content)
    except ValidationError as error:
        problems.add_validation("", error)
        return None


def _yaml_mapping(file: Path, problems: Problems) -> dict[str, Any] | None:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        problems.add("(file)", f"cannot be read: {error.strerror}")
        return None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        problems.add("(file)", f"is not YAML: {' '.join(str(error).split())}")
        return None
    if not isinstance(content, dict):
        problems.add("(file)", "must be a YAML mapping, as ODCS describes it")
        return None
    return content
