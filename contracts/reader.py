"""Reads a contract file: an Open Data Contract Standard v3 document in, a frozen model out, or every reason why not."""

from __future__ import annotations

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml
from open_data_contract_standard.model import OpenDataContractStandard
from pydantic import ValidationError

from contracts.consistency import inconsistencies
from contracts.contract import Contract
from contracts.problems import ContractError, ContractProblem, named, problems_of


def read_contract(file: Path) -> Contract:
    """The contract in that file.

    Raises:
        ContractError: the file is missing, is not YAML, is not ODCS v3, or contradicts itself.
    """
    try:
        content = _mapping(file)
    except _Unusable as error:
        raise ContractError([(file, ContractProblem("(file)", str(error)))]) from None
    problems = _not_the_standard(content)
    try:
        contract = Contract.model_validate(content)
    except ValidationError as error:
        told = {problem.path for problem in problems}
        problems += [problem for problem in problems_of(error) if problem.path not in told]
    else:
        problems = problems or inconsistencies(contract)
    if problems:
        raise ContractError((file, named(problem, content)) for problem in dict.fromkeys(problems))
    return contract


class _Unusable(Exception):
    """Raised when there is nothing to read in the file."""


class _Loader(yaml.CSafeLoader):
    """YAML in which a key that is there twice is a mistake, and not the last one's."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = sorted({str(key) for key in keys if keys.count(key) > 1})
        if twice:
            line = node.start_mark.line + 1
            raise _Unusable(f"has {', '.join(twice)} twice in the mapping that begins in line {line}")
        return super().construct_mapping(node, deep)


def _mapping(file: Path) -> dict[str, Any]:
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), _Loader)  # noqa: S506 (a safe loader)
    except OSError as error:
        raise _Unusable(f"cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise _Unusable(f"is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict):
        raise _Unusable("must be a YAML mapping, as ODCS describes it")
    return content


def _not_the_standard(content: dict[str, Any]) -> list[ContractProblem]:
    problems = []
    if not re.fullmatch(r"v3\.[0-9]+\.[0-9]+", str(content.get("apiVersion", ""))):
        problems.append(ContractProblem("apiVersion", "must be an ODCS version v3.x.y, such as v3.1.0"))
    try:
        OpenDataContractStandard.model_validate(content)
    except ValidationError as error:
        problems += problems_of(error)
    return problems
