"""What Azure and Entra must be told before the deployer can begin."""

from __future__ import annotations

from infra_cdktf.bootstrap.script import Step, body, json_with
from infra_cdktf.environment import Environment
from infra_cdktf.resource_providers import FEATURES, RESOURCE_PROVIDERS
from infra_cdktf.roles import BUILT_IN_ROLES, DEFINED_ROLES, STATE_USER, DefinedRole, RoleNames

OWNER = "Owner of the environment's subscription"
STATE_OWNER = "Owner of the state's subscription"
MANAGEMENT, GRAPH = "https://management.azure.com", "https://graph.microsoft.com/v1.0"
GRAPH_APPLICATION = "00000003-0000-0000-c000-000000000000"
"""Microsoft Graph, the same in every tenant."""
ENTRA_RIGHTS = {
    "Group.ReadWrite.All": "makes the groups, and sees whether a name is taken",
    "Application.Read.All": "finds Databricks' and its own principal by application id",
}
"""As the azuread provider documents them for a service principal: `azuread_group`, `azuread_service_principal`."""
PERSONS_ROLE = "Groups Administrator"
"""What a person needs instead; people may read applications as they are."""


def register_providers(environment: Environment) -> Step:
    """Register everything that is used, and wait, so that no deployment stops halfway for want of it."""
    place = f"--subscription {environment.subscription_id}"
    commands = [f"az provider register {place} --namespace {name} --wait" for name in RESOURCE_PROVIDERS]
    for feature, provider in FEATURES.items():
        names = f"{place} --namespace {provider} --name {feature}"
        commands += [
            f"az feature register {names}",
            f'until test "$(az feature show {names} --query properties.state --output tsv)" = Registered; '
            "do sleep 30; done",
            f"az provider register {place} --namespace {provider} --wait",
        ]
    return Step(
        "Register resource providers and features",
        f"{OWNER} (Contributor suffices)",
        "A new subscription has next to none of them; a feature takes up to 20 minutes.",
        tuple(commands),
    )


def make_deployer(environment: Environment) -> Step | None:
    """The deployer's identity, where a principal deploys."""
    if environment.deployer.application_id is None:
        return None
    name = environment.names.resource("deployer")
    place = f"--subscription {environment.subscription_id} --location {environment.settings.location}"
    hint = (
        f'Write application_id = \\"$deployer\\" under [deployers] {environment.settings.name} '
        "in accounts.toml, then render and run this script again."
    )
    return Step(
        "Make the deployer",
        OWNER,
        "A managed identity has no secret; the runner and, by federation, your CI sign in as it.",
        (
            f"az group create {place} --name {name} --output none",
            f"deployer=$(az identity create {place} --name {name} --resource-group {name} "
            "--query clientId --output tsv)",
            f'test "$deployer" = {environment.deployer.application_id} || {{ echo "{hint}" >&2; exit 1; }}',
        ),
    )


def define_roles(environment: Environment) -> Step:
    """The roles that Azure lacks, made by an owner: whoever may change a role may do anything."""
    commands = [_define(role, environment.roles) for role in DEFINED_ROLES]
    return Step(
        "Define the roles that Azure lacks",
        OWNER,
        "The deployer assigns them and may not change them.",
        tuple(commands),
    )


def grant_rights(environment: Environment) -> Step:
    """What the deployer may do in the subscription: everything but giving itself or others more."""
    scope = f"/subscriptions/{environment.subscription_id}"
    assign = f"az role assignment create --assignee {environment.deployer.assignee} --scope {scope} --output none"
    return Step(
        "Give the deployer its rights",
        OWNER,
        "Contributor, and to assign the roles that the stacks assign and no other: it cannot make an owner.",
        (
            f"{assign} --role Contributor",
            f"{assign} --role 'Role Based Access Control Administrator' --condition-version 2.0 "
            f'--condition "{condition(environment.roles)}"',
        ),
    )


def condition(roles: RoleNames) -> str:
    """Restricts what may be assigned, and whose assignments may be deleted, to the roles that the stacks assign."""
    ids = ", ".join(sorted([*BUILT_IN_ROLES.values(), *(roles.guid(role) for role in DEFINED_ROLES)]))
    attribute = "Microsoft.Authorization/roleAssignments:RoleDefinitionId"
    parts = [
        f"((!(ActionMatches{{'Microsoft.Authorization/roleAssignments/{action}'}})) OR "
        f"({source}[{attribute}] ForAnyOfAnyValues:GuidEquals {{{ids}}}))"
        for action, source in (("write", "@Request"), ("delete", "@Resource"))
    ]
    return " AND ".join(parts)


def reach_state(environment: Environment) -> Step:
    """The environment's own container of the remote state, and the private way to it."""
    account, assignee = environment.state_account_id, environment.deployer.assignee
    container = f"{account}/blobServices/default/containers/{environment.settings.name}"
    roles = state_roles(environment)
    assign = f"az role assignment create --assignee {assignee} --output none"
    return Step(
        "Let the deployer reach its state",
        f"{STATE_OWNER}, after the state's store is deployed",
        "Rights on one environment's state are given apart; a private endpoint needs a word of the account's owner.",
        (
            _define(STATE_USER, roles),
            f"{assign} --role 'Storage Blob Data Contributor' --scope {container}",
            f"{assign} --role {roles.guid(STATE_USER)} --scope {account}",
        ),
    )


def state_roles(environment: Environment) -> RoleNames:
    """Names of the role on the state's account."""
    accounts = environment.accounts
    return RoleNames(
        tenant_id=str(accounts.tenant_id),
        subscription_id=str(accounts.subscriptions.state),
        prefix=environment.state.stack,
    )


def grant_in_entra(environment: Environment) -> Step:
    """The rights on Entra's directory that the azuread provider documents."""
    who, deployer = "Privileged Role Administrator of the tenant", environment.deployer
    if deployer.user is not None:
        return Step(
            "Let the deployer make groups in Entra",
            who,
            f"A person needs the directory role {PERSONS_ROLE}.",
            (
                f"person=$(az ad user show --id {deployer.user} --query id --output tsv)",
                f"role=$(az rest --method get --url {GRAPH}/directoryRoleTemplates "
                f"--query \"value[?displayName=='{PERSONS_ROLE}'].id | [0]\" --output tsv)",
                f"az rest --method post --url {GRAPH}/roleManagement/directory/roleAssignments --body "
                + json_with({"principalId": "$person", "roleDefinitionId": "$role", "directoryScopeId": "/"}),
            ),
        )
    commands = [
        f"graph=$(az ad sp show --id {GRAPH_APPLICATION} --query id --output tsv)",
        f"principal=$(az ad sp show --id {deployer.application_id} --query id --output tsv)",
    ]
    for right in ENTRA_RIGHTS:
        commands += [
            f"right=$(az ad sp show --id {GRAPH_APPLICATION} "
            f"--query \"appRoles[?value=='{right}'].id | [0]\" --output tsv)",
            f'test -n "$(az rest --method get --url {GRAPH}/servicePrincipals/$principal/appRoleAssignments '
            '--query "value[?appRoleId==\'$right\'].id" --output tsv)" || '
            f"az rest --method post --url {GRAPH}/servicePrincipals/$principal/appRoleAssignments --body "
            + json_with({"principalId": "$principal", "resourceId": "$graph", "appRoleId": "$right"}),
        ]
    what = "; ".join(f"{right} {why}" for right, why in ENTRA_RIGHTS.items())
    return Step("Let the deployer make groups in Entra", who, f"{what}.", tuple(commands))


def _define(role: DefinedRole, names: RoleNames) -> str:
    properties = {
        "roleName": names.display_name(role),
        "description": role.description,
        "type": "CustomRole",
        "assignableScopes": [f"/subscriptions/{names.subscription_id}"],
        "permissions": [{"actions": list(role.actions), "dataActions": list(role.data_actions)}],
    }
    url = f"{MANAGEMENT}{names.resource_id(role)}?api-version=2022-04-01"
    return f"az rest --method put --url '{url}' --output none --body {body({'properties': properties})}"
