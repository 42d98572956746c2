"""What the lake's roles may do, as Azure storage roles and Unity Catalog privileges.

The contracts say who may `read`, `create`, `write` or do `all` on a layer. This module alone says what that means on a
container and on a schema, so that both gates let the same people through.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from contracts.lake_terms import Access, Layer, Role
from infra_cdktf.problems import InvalidSettings

BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
READ_CONTAINER = "Microsoft.Storage/storageAccounts/blobServices/containers/read"
TABLE_LAYERS = (Layer.BRONZE, Layer.SILVER, Layer.GOLD)


@dataclass(frozen=True)
class StorageRole:
    """A role on a container: one of Azure's own, or with `data_actions` one that the access stack defines.

    `name` is Azure's for a built-in role and a short kind of ours for a defined one.
    """

    name: str
    data_actions: tuple[str, ...] = ()

    @property
    def defined_here(self) -> bool:
        """Whether Azure has no such role of its own."""
        return bool(self.data_actions)


READER = StorageRole("Storage Blob Data Reader")
CONTRIBUTOR = StorageRole("Storage Blob Data Contributor")
CREATOR = StorageRole("lake-creator", (f"{BLOBS}/read", f"{BLOBS}/write", f"{BLOBS}/add/action"))
"""Lands files and never deletes one: raw is immutable."""
ADMINISTRATOR = StorageRole(
    "lake-administrator",
    tuple(
        f"{BLOBS}/{action}"
        for action in ("read", "write", "delete", "add/action", "move/action", "modifyPermissions/action")
    ),
)
"""Everything on the data, their access-control lists included, without owning them or the account."""

Rendered = TypeVar("Rendered")

_STORAGE = {
    frozenset({Access.READ}): READER,
    frozenset({Access.CREATE, Access.READ}): CREATOR,
    frozenset({Access.READ, Access.WRITE}): CONTRIBUTOR,
    frozenset({Access.ALL}): ADMINISTRATOR,
}

_READ = ("USE_SCHEMA", "SELECT")
_WRITE = (*_READ, "MODIFY", "CREATE_TABLE", "APPLY_TAG")
_ALL = (*_WRITE, "EXECUTE", "CREATE_FUNCTION", "CREATE_VOLUME", "READ_VOLUME", "WRITE_VOLUME", "REFRESH", "MANAGE")
_SCHEMA = {
    frozenset({Access.READ}): _READ,
    frozenset({Access.READ, Access.WRITE}): _WRITE,
    frozenset({Access.ALL}): _ALL,
}


def storage_role(role: Role, layer: Layer) -> StorageRole | None:
    """The storage role that `role` gets on `layer`'s container; None where it has no access.

    Raises:
        InvalidSettings: the contracts combine accesses in a way that no storage role expresses.
    """
    access = role.access_by_layer.get(layer, ())
    return _expressed(role, layer, _STORAGE.get(frozenset(access))) if access else None


def schema_privileges(role: Role, layer: Layer) -> tuple[str, ...]:
    """The Unity Catalog privileges that `role` gets on `layer`'s schema; they hold for tables made later, too.

    Raises:
        InvalidSettings: the contracts combine accesses in a way that no set of privileges expresses.
    """
    access = role.access_by_layer.get(layer, ())
    return _expressed(role, layer, _SCHEMA.get(frozenset(access))) if access else ()


def location_privileges(role: Role, layer: Layer) -> tuple[str, ...]:
    """The privileges that `role` gets on `layer`'s external location.

    Raw holds files, so reading it is reading the location, which is read-only for everybody. The other layers hold
    tables, which are read by name; only the workload that creates them needs their location.
    """
    if not role.access_by_layer.get(layer):
        return ()
    if layer is Layer.RAW:
        return ("READ_FILES",)
    return ("CREATE_EXTERNAL_TABLE",) if role.workload and schema_privileges(role, layer) == _WRITE else ()


def _expressed(role: Role, layer: Layer, rendered: Rendered | None) -> Rendered:
    if rendered is None:
        given = ", ".join(role.access_by_layer[layer])
        raise InvalidSettings([f"role {role.name}: access [{given}] on {layer} has no rendering; see access_matrix.py"])
    return rendered
