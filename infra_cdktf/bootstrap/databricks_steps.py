"""What the Databricks account and the region's metastore must be told, by those who administer them."""

from __future__ import annotations

from infra_cdktf.bootstrap.script import Step, body
from infra_cdktf.environment import Environment
from infra_cdktf.lake_containers import ADMINS
from infra_cdktf.stacks.environment_stack import DATABRICKS_ACCOUNTS

ACCOUNT_ADMIN = "account admin of Databricks"
METASTORE_ADMIN = "metastore admin"
METASTORE_PRIVILEGES = ("CREATE_CATALOG", "CREATE_EXTERNAL_LOCATION", "CREATE_STORAGE_CREDENTIAL")
SYSTEM_SCHEMAS = ("access", "billing", "compute", "lakeflow", "query", "storage")
"""Schemas of the catalog `system` that administrators read; Databricks enables them by itself."""
PATCH = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]


def first_account_admin(environment: Environment) -> Step:
    """What no script can do for a tenant that never used Databricks."""
    question = (
        "Can you open the account console as an account admin, with automatic identity management on and the metastore "
        f"{environment.accounts.metastore_id} listed under Catalog? (yes/no) "
    )
    return Step(
        "Have an account admin, a first workspace and a metastore",
        "Global Administrator of the tenant, once in its life",
        f"{DATABRICKS_ACCOUNTS} opens only once the tenant has a workspace: where it has none, make one by hand in a "
        "resource group of its own (any size, delete it later). The Global Administrator who signs in there first is "
        "account admin. Then: Settings, User provisioning, automatic identity management on; Catalog, the region's "
        "metastore without a storage of its own, and its admin a group.",
        (f'read -r -p "{question}" answer </dev/tty', 'test "$answer" = yes'),
    )


def make_account_admin(environment: Environment) -> Step:
    """The deployer registers groups and principals, and assigns the metastore: account admin's work."""
    deployer, listing = environment.deployer, "--output json"
    if deployer.user is not None:
        kind, query = "users", f'.[] | select(.userName == "{deployer.user}") | .id'
        make = f"databricks account users create --json {body({'userName': deployer.user})} {listing}"
    else:
        kind = "service-principals"
        query = f'.[] | select(.applicationId == "{deployer.application_id}") | .id'
        document = {
            "applicationId": str(deployer.application_id),
            "displayName": environment.names.resource("deployer"),
        }
        make = f"databricks account service-principals create --json {body(document)} {listing}"
    admin = {"schemas": PATCH, "Operations": [{"op": "add", "path": "roles", "value": [{"value": "account_admin"}]}]}
    return Step(
        "Make the deployer an account admin",
        ACCOUNT_ADMIN,
        "It registers groups and principals in the account and assigns metastore and members to the workspace.",
        (
            f"export DATABRICKS_HOST={DATABRICKS_ACCOUNTS}",
            f"export DATABRICKS_ACCOUNT_ID={environment.accounts.databricks_account_id}",
            f"id=$(databricks account {kind} list {listing} | jq --raw-output '{query}')",
            f'test -n "$id" || id=$({make} | jq --raw-output .id)',
            f'databricks account {kind} patch "$id" --json {body(admin)}',
        ),
    )


def grant_on_metastore(environment: Environment) -> Step:
    """What the deployer makes in the metastore; it administers nothing else there."""
    metastore = environment.accounts.metastore_id
    change = {"principal": environment.deployer.assignee, "add": list(METASTORE_PRIVILEGES)}
    return Step(
        "Let the deployer make catalogs in the metastore",
        METASTORE_ADMIN,
        "Catalog, credential and locations are made in the metastore, which all environments share.",
        (
            ': "${METASTORE_WORKSPACE:?set it to the https address of any workspace that uses the metastore}"',
            'export DATABRICKS_HOST="$METASTORE_WORKSPACE"',
            f"databricks grants update metastore {metastore} --json {body({'changes': [change]})}",
        ),
    )


def grant_system_tables(environment: Environment) -> Step:
    """Databricks' own records, for administrators: only somebody who is both admins may grant them."""
    admins = environment.names.group(ADMINS)
    catalog = {"changes": [{"principal": admins, "add": ["USE_CATALOG"]}]}
    schema = {"changes": [{"principal": admins, "add": ["USE_SCHEMA", "SELECT"]}]}
    return Step(
        "Let administrators read the system tables",
        f"somebody who is {ACCOUNT_ADMIN} and {METASTORE_ADMIN}, from inside the network",
        "Audit, cost, compute and job records; the schemas are enabled by Databricks itself.",
        (
            ': "${WORKSPACE_URL:?set it to workspace_url of the outputs of the workspace stack}"',
            'export DATABRICKS_HOST="https://$WORKSPACE_URL"',
            f"databricks grants update catalog system --json {body(catalog)}",
            *(f"databricks grants update schema system.{name} --json {body(schema)}" for name in SYSTEM_SCHEMAS),
        ),
    )


def approve_serverless(environment: Environment) -> Step | None:
    """Serverless queries reach the lake through endpoints that its owner accepts."""
    if not environment.settings.databricks.serverless_queries:
        return None
    lake = f"--resource-group {environment.names.resource('lake')} --name {environment.names.lake_account}"
    pending = "[?properties.privateLinkServiceConnectionState.status=='Pending'].id"
    return Step(
        "Accept the endpoints of serverless queries",
        "Contributor of the environment's subscription",
        "Databricks asks for two private endpoints to the lake from its own network; until then queries read no table.",
        (
            f"az network private-endpoint-connection list --type Microsoft.Storage/storageAccounts {lake} "
            f'--query "{pending}" --output tsv | while read -r connection; do '
            'az network private-endpoint-connection approve --id "$connection" --description serverless; done',
        ),
    )
