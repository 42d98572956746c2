"""What Terraform's plan of a stack makes, changes and destroys, from the JSON of `terraform show -json`.

The format: https://developer.hashicorp.com/terraform/internals/json-format. Only addresses and counts are taken:
values may be nobody's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_DEEDS = {
    frozenset({"create"}): "created",
    frozenset({"update"}): "changed",
    frozenset({"create", "delete"}): "replaced",
    frozenset({"delete"}): "destroyed",
    frozenset({"forget"}): "forgotten",
}
_NO_DEEDS = ({"no-op"}, {"read"})
OUTSIDE = "changed outside"
DEEDS = (*_DEEDS.values(), OUTSIDE)


@dataclass(frozen=True)
class StackChanges:
    """Addresses of a stack's resources by what is done with them, every word of `DEEDS` among the keys."""

    stack: str
    addresses: Mapping[str, tuple[str, ...]]

    @property
    def is_empty(self) -> bool:
        """Whether the stack is as it is described."""
        return not any(self.addresses.values())


def stack_changes(stack: str, plan: Mapping[str, Any]) -> StackChanges:
    """What the plan does.

    Raises:
        ValueError: it does what is not known here; the text names the resource.
    """
    found: dict[str, list[str]] = {deed: [] for deed in DEEDS}
    for change in plan.get("resource_changes", ()):
        actions = frozenset(change["change"]["actions"])
        if actions in _NO_DEEDS:
            continue
        if actions not in _DEEDS:
            raise ValueError(f"{stack}: {change['address']}: unknown actions {', '.join(sorted(actions))}")
        found[_DEEDS[actions]].append(change["address"])
    found[OUTSIDE] = [change["address"] for change in plan.get("resource_drift", ())]
    return StackChanges(stack, {deed: tuple(addresses) for deed, addresses in found.items()})


def markdown(stacks: Iterable[StackChanges]) -> str:
    """A table with a row for each stack, then the addresses of each that is not as described."""
    listed = list(stacks)
    head = ["stack", *DEEDS]
    rows = [[one.stack, *(str(len(one.addresses[deed])) for deed in DEEDS)] for one in listed]
    table = [head, ["---", *("---:" for _ in DEEDS)], *rows]
    lines = [f"| {' | '.join(row)} |" for row in table]
    return "\n".join([*lines, *(line for one in listed for line in _details(one))])


def _details(one: StackChanges) -> Iterator[str]:
    if one.is_empty:
        return
    yield from ("", f"**{one.stack}**", "")
    for deed, addresses in one.addresses.items():
        yield from (f"- {deed}: `{address}`" for address in addresses)
