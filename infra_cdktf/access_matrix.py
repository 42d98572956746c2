"""What the lake's roles may do, as Azure storage roles and Unity Catalog privileges.

The contracts say who may `read`, `create`, `write` or do `all` on a layer. This module alone says what that means on a
container and on a schema, so that both gates let the same people through.
"""

from __future__ import annotations

from contracts.lake_terms import Access, Layer, Role
from infra_cdktf.problems import InvalidSettings
from infra_cdktf.roles import LAKE_ADMINISTRATOR, LAKE_CREATOR, DefinedRole

TABLE_LAYERS = (Layer.BRONZE, Layer.SILVER, Layer.GOLD)

StorageRole = str | DefinedRole
"""A role on a container: the name of one of Azure's own, or one that the bootstrap script defines."""
READER = "Storage Blob Data Reader"
CONTRIBUTOR = "Storage Blob Data Contributor"

_STORAGE: dict[frozenset[Access], StorageRole] = {
    frozenset({Access.READ}): READER,
    frozenset({Access.CREATE, Access.READ}): LAKE_CREATOR,
    frozenset({Access.READ, Access.WRITE}): CONTRIBUTOR,
    frozenset({Access.ALL}): LAKE_ADMINISTRATOR,
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
    rendered = _STORAGE.get(frozenset(access))
    if access and rendered is None:
        raise _without_rendering(role, layer)
    return rendered


def schema_privileges(role: Role, layer: Layer) -> tuple[str, ...]:
    """The Unity Catalog privileges that `role` gets on `layer`'s schema; they hold for tables made later, too.

    Raises:
        InvalidSettings: the contracts combine accesses in a way that no set of privileges expresses.
    """
    access = role.access_by_layer.get(layer, ())
    rendered = _SCHEMA.get(frozenset(access), ())
    if access and not rendered:
        raise _without_rendering(role, layer)
    return rendered


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


def _without_rendering(role: Role, layer: Layer) -> InvalidSettings:
    given = ", ".join(role.access_by_layer[layer])
    return InvalidSettings([f"role {role.name}: access [{given}] on {layer} has no rendering; see access_matrix.py"])
