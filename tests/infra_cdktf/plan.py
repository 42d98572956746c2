"""The synthesized stacks as a reviewer reads a plan: resources by type, with every reference followed to its end."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra_cdktf.roles import RoleNames

REFERENCE = re.compile(r"\$\{([^{}]+)\}")
REMOTE = re.compile(r"data\.terraform_remote_state\.([\w-]+)\.outputs\.([\w-]+)")


@dataclass(frozen=True)
class Resource:
    """One resource (or data source) of one stack; `address` is `type.name`, unique in its stack."""

    stack: str
    kind: str
    address: str
    body: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.body[name]

    def get(self, name: str, default: Any = None) -> Any:
        return self.body.get(name, default)


class Plan:
    """Every stack's `cdk.tf.json`."""

    def __init__(self, folder: Path, role_names: dict[str, RoleNames] | None = None) -> None:
        """Read what was synthesized; `role_names` are the roles defined for each environment."""
        self.folder = folder
        self.role_names = role_names or {}
        self.stacks: dict[str, dict[str, Any]] = {
            path.parent.name: json.loads(path.read_text(encoding="utf-8"))
            for path in sorted(folder.glob("stacks/*/cdk.tf.json"))
        }

    def all(self, *kinds: str, of: str = "") -> list[Resource]:
        """Resources of these types (all types if none is named) in the stacks whose name contains `of`."""
        return [
            resource
            for stack in self.stacks
            if of in stack
            for resource in self._resources(stack)
            if not kinds or resource.kind in kinds
        ]

    def one(self, kind: str, of: str, **properties: Any) -> Resource:
        """The only resource of the type with these properties in the stacks whose name contains `of`."""
        found = [
            resource
            for resource in self.all(kind, of=of)
            if all(resource.get(name) == value for name, value in properties.items())
        ]
        assert len(found) == 1, f"{len(found)} {kind} with {properties} in {of}"
        return found[0]

    def origin(self, stack: str, text: str) -> Resource:
        """The resource that a reference such as `${azurerm_subnet.x.id}` means, across stacks."""
        text = self.followed(stack, text)
        match = re.fullmatch(r"\$\{([\w-]+)/((?:data\.)?\w+\.[\w-]+)\..*\}", text)
        assert match, f"{text} is no reference"
        owner, address = match.groups()
        return next(resource for resource in self._resources(owner) if resource.address == address)

    def followed(self, stack: str, text: str) -> str:
        """`text` with every reference followed to the stack that owns it, written `${stack/type.name.attribute}`."""
        return REFERENCE.sub(lambda match: self._follow(stack, match.group(1)), text)

    def _follow(self, stack: str, expression: str) -> str:
        remote = REMOTE.fullmatch(expression)
        if remote is None:
            return f"${{{stack}/{expression}}}"
        source, output = remote.groups()
        owner = source.removeprefix("cross-stack-reference-input-")
        return self.followed(owner, self.stacks[owner]["output"][output]["value"])

    def _resources(self, stack: str) -> Iterator[Resource]:
        body = self.stacks[stack]
        for prefix, section in (("", body.get("resource", {})), ("data.", body.get("data", {}))):
            for kind, named in section.items():
                for name, properties in named.items():
                    yield Resource(stack, prefix + kind, f"{prefix}{kind}.{name}", properties)


def texts(value: Any) -> Iterator[str]:
    """Every text inside a JSON value, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
