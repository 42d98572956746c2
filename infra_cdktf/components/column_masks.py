"""Personal columns are masked by what they are, not by where they stand.

The contract's classifications become a governed tag. The job tags each column it creates; a policy on the catalog masks
every tagged column for everybody but the roles that the contract lets read personal data. A new personal column is
therefore protected by its classification alone, before anybody thinks of it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from cdktf import LocalExecProvisioner, TerraformResource, TerraformResourceLifecycle
from cdktf_cdktf_provider_databricks.access_control_rule_set import (
    AccessControlRuleSet,
    AccessControlRuleSetGrantRules,
)
from cdktf_cdktf_provider_databricks.grants import Grants, GrantsGrant
from cdktf_cdktf_provider_databricks.policy_info import (
    PolicyInfo,
    PolicyInfoColumnMask,
    PolicyInfoMatchColumns,
)
from cdktf_cdktf_provider_databricks.schema import Schema
from cdktf_cdktf_provider_databricks.tag_policy import TagPolicy, TagPolicyValues
from constructs import Construct

from contracts.columns import Classification

CLASSIFICATION_TAG = "classification"
"""Key of the governed tag; the job's DDL sets it on columns."""
PROTECTED = (Classification.PERSONAL, Classification.RESTRICTED)
GOVERNANCE_SCHEMA = "governance"
MASK_FUNCTION = "mask_text"
MASKED_TEXT = "***"
EVERYBODY = "account users"
"""Databricks' group of everybody in the account: the mask holds for all who are not excepted."""


@dataclass(frozen=True, kw_only=True)
class ColumnMasksConfig:
    """`excepted` see the values; `users` may call the function that masks.

    `owns_tag` is true in the one environment that makes the account's tag, which `taggers` may set. `host` and
    `warehouse_id` run the SQL that creates the function.
    """

    catalog: str
    storage_root: str
    host: str
    warehouse_id: str
    excepted: tuple[str, ...]
    users: tuple[str, ...]
    owns_tag: bool
    account_id: str
    taggers: str


class ColumnMasks(Construct):
    """Governed tag, masking function and one policy per protected classification."""

    def __init__(self, scope: Construct, construct_id: str, config: ColumnMasksConfig) -> None:
        """Create all, the function before the policies that name it."""
        super().__init__(scope, construct_id)
        tag = [self._tag(config)] if config.owns_tag else []
        function = self._function(config)
        for classification in PROTECTED:
            PolicyInfo(
                self,
                f"mask-{classification}",
                name=f"mask-{classification}",
                comment=f"Masks {classification} columns for all but those whom the contract excepts.",
                on_securable_type="CATALOG",
                on_securable_fullname=config.catalog,
                for_securable_type="TABLE",
                policy_type="POLICY_TYPE_COLUMN_MASK",
                to_principals=[EVERYBODY],
                except_principals=list(config.excepted),
                match_columns=[
                    PolicyInfoMatchColumns(
                        alias="protected",
                        condition=f"hasTagValue('{CLASSIFICATION_TAG}', '{classification}')",
                    )
                ],
                column_mask=PolicyInfoColumnMask(function_name=_full_name(config.catalog), on_column="protected"),
                depends_on=[function, *tag],
            )

    def _tag(self, config: ColumnMasksConfig) -> AccessControlRuleSet:
        tag = TagPolicy(
            self,
            "tag",
            tag_key=CLASSIFICATION_TAG,
            description="How a column must be protected, as the data contract classifies it (LGPD art. 5).",
            values=[TagPolicyValues(name=classification.value) for classification in Classification],
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True),
        )
        return AccessControlRuleSet(
            self,
            "who-sets-the-tag",
            name=f"accounts/{config.account_id}/tagPolicies/{tag.id}/ruleSets/default",
            grant_rules=[
                AccessControlRuleSetGrantRules(role="roles/tagPolicy.assigner", principals=[f"groups/{config.taggers}"])
            ],
        )

    def _function(self, config: ColumnMasksConfig) -> TerraformResource:
        schema = Schema(
            self,
            "schema",
            catalog_name=config.catalog,
            name=GOVERNANCE_SCHEMA,
            comment="Functions that protect personal data.",
            storage_root=config.storage_root,
        )
        Grants(
            self,
            "schema-users",
            schema=schema.id,
            grant=[GrantsGrant(principal=user, privileges=["USE_SCHEMA", "EXECUTE"]) for user in config.users],
        )
        return _run_sql(self, config, [schema])


def _full_name(catalog: str) -> str:
    return f"{catalog}.{GOVERNANCE_SCHEMA}.{MASK_FUNCTION}"


def mask_function_statement(catalog: str) -> str:
    """The SQL that creates the function; a missing value stays missing, so that counts by presence still hold."""
    return (
        f"CREATE OR REPLACE FUNCTION {_full_name(catalog)}(value STRING) RETURNS STRING "
        f"COMMENT 'What those who may not read personal data see in its place.' "
        f"RETURN CASE WHEN value IS NULL THEN NULL ELSE '{MASKED_TEXT}' END"
    )


def _run_sql(scope: Construct, config: ColumnMasksConfig, after: list[Schema]) -> TerraformResource:
    # The provider has no resource for SQL functions (1.99 and later ones alike), so Databricks' own command line runs
    # the statement, with the deployer's sign-in. The warehouse is awaited first: the statement API waits 50 s at most.
    statement = {
        "warehouse_id": config.warehouse_id,
        "statement": mask_function_statement(config.catalog),
        "wait_timeout": "50s",
    }
    request = json.dumps(statement, sort_keys=True)
    # cdktf's own DataResource would ask for a terraform binary while synthesizing; the plain resource does not.
    function = TerraformResource(
        scope,
        "function",
        terraform_resource_type="terraform_data",
        provisioners=[
            LocalExecProvisioner(
                type="local-exec",
                interpreter=["bash", "-euo", "pipefail", "-c"],
                command=(
                    'databricks warehouses start "$WAREHOUSE_ID" && '
                    'databricks api post /api/2.0/sql/statements --json "$REQUEST" | tee /dev/stderr | '
                    """grep -Eq '"state": *"SUCCEEDED"'"""
                ),
                environment={
                    "DATABRICKS_HOST": config.host,
                    "WAREHOUSE_ID": config.warehouse_id,
                    "REQUEST": request,
                },
            )
        ],
        depends_on=after,
    )
    function.add_override("triggers_replace", [request])
    return function
