"""Databricks' own records (audit, cost, compute, jobs), for administrators."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_databricks.grant import Grant
from cdktf_cdktf_provider_databricks.system_schema import SystemSchema
from constructs import Construct

SCHEMAS = ("access", "compute", "lakeflow", "query", "storage")


@dataclass(frozen=True, kw_only=True)
class SystemTablesConfig:
    """The administrators' group in Databricks, and whether this environment is the one that turns the schemas on."""

    admins: str
    turns_on: bool


class SystemTables(Construct):
    """The metastore's system schemas, turned on and readable.

    The metastore is shared, so a grant here names one principal only and leaves other environments' alone.
    """

    def __init__(self, scope: Construct, construct_id: str, config: SystemTablesConfig) -> None:
        """Turn the schemas on and grant reading."""
        super().__init__(scope, construct_id)
        Grant(self, "use-catalog", catalog="system", principal=config.admins, privileges=["USE_CATALOG"])
        for name in SCHEMAS:
            turned_on = [self._turned_on(name)] if config.turns_on else []
            Grant(
                self,
                f"read-{name}",
                schema=f"system.{name}",
                principal=config.admins,
                privileges=["USE_SCHEMA", "SELECT"],
                depends_on=turned_on,
            )

    def _turned_on(self, name: str) -> SystemSchema:
        # Turning a schema off again would turn it off for every environment of the metastore.
        return SystemSchema(self, name, schema=name, lifecycle=TerraformResourceLifecycle(prevent_destroy=True))
