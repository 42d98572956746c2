"""The bootstrap scripts, read as their reader does, and run beside programs that record what they are asked."""

from __future__ import annotations

import json
import stat
import subprocess
from pathlib import Path

import pytest

from infra_cdktf.accounts import Deployer
from infra_cdktf.bootstrap.__main__ import PARTS, script
from infra_cdktf.bootstrap.azure_steps import condition
from infra_cdktf.components.key_vault import SecretName
from infra_cdktf.resource_providers import RESOURCE_PROVIDERS
from infra_cdktf.roles import BUILT_IN_ROLES, DEFINED_ROLES
from infra_cdktf.settings import DEV, PROD
from tests.infra_cdktf.conftest import Synthesis
from tests.infra_cdktf.plan import Plan

pytestmark = pytest.mark.infra

ANSWERS = """
case "$*" in
  *"identity create"*) echo 00000000-0000-0000-0000-00000000dddd;;
  *"feature show"*) echo Registered;;
  *"ad sp show"*"appRoles"*) echo right-id;;
  *"ad sp show"*|*"ad user show"*) echo object-id;;
  *"appRoleAssignments --query"*) :;;
  *"directoryRoleTemplates"*) echo role-id;;
  *"service-principals list"*|*"users list"*) echo "[]";;
  *"service-principals create"*|*"users create"*) echo '{"id": "1"}';;
  *"secret show"*) exit 3;;
esac
"""


def rendered(synthesis: Synthesis, part: str, deployer: Deployer | None = None) -> str:
    accounts = synthesis.accounts
    if deployer:
        deployers = accounts.deployers.model_copy(update={"dev": deployer})
        accounts = accounts.model_copy(update={"deployers": deployers})
    return script(synthesis.environment(DEV, accounts), part)


def run(folder: Path, text: str, *arguments: str) -> list[list[str]]:
    """Run the script with programs that note their arguments; those that were called, with them."""
    programs = folder / "programs"
    programs.mkdir()
    log = folder / "log"
    for name in ("az", "databricks"):
        program = programs / name
        note = "printf '%s\\0' " + name + ' "$@" >> ' + f"{log}; printf '\\n\\0' >> {log}"
        program.write_text(f"#!/bin/bash\n{note}\n{ANSWERS}", encoding="utf-8")
        program.chmod(program.stat().st_mode | stat.S_IEXEC)
    jq = programs / "jq"
    jq.write_text('#!/bin/bash\ngrep -o \'"id": "[^"]*\' | grep -o \'[^"]*$\' || true\n', encoding="utf-8")
    jq.chmod(jq.stat().st_mode | stat.S_IEXEC)
    # No terminal is asked here: the answers come from a file.
    answers = folder / "answers"
    answers.write_text("yes\n", encoding="utf-8")
    path = folder / "script.sh"
    path.write_text(text.replace("</dev/tty", f"<{answers}"), encoding="utf-8")
    environment = {
        "PATH": f"{programs}:/usr/bin:/bin",
        "METASTORE_WORKSPACE": "https://adb-1.azuredatabricks.net",
        "WORKSPACE_URL": "adb-2.azuredatabricks.net",
    }
    done = subprocess.run(
        ["bash", path, *arguments], env=environment, capture_output=True, text=True, check=False, cwd=folder
    )
    assert done.returncode == 0, done.stderr
    calls = log.read_text(encoding="utf-8").split("\0\n\0") if log.exists() else []
    return [call.split("\0") for call in calls if call]


def option(call: list[str], name: str) -> str:
    return call[call.index(name) + 1]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("deployer", [None, Deployer(user="ana@example.com")], ids=["principal", "person"])
def test_scripts_run_to_their_end(synthesis: Synthesis, tmp_path: Path, part: str, deployer: Deployer | None) -> None:
    assert run(tmp_path, rendered(synthesis, part, deployer))


@pytest.mark.parametrize("part", PARTS)
def test_every_step_says_who_does_it_and_why(synthesis: Synthesis, part: str) -> None:
    lines = rendered(synthesis, part).splitlines()
    steps = [number for number, line in enumerate(lines) if line[:3].startswith("# ") and line[2:3].isdigit()]
    assert steps
    for step in steps:
        assert lines[step + 1].startswith("#    Who: ")
        assert lines[step + 2].startswith("#    Why: ")


def test_one_step_runs_alone(synthesis: Synthesis, tmp_path: Path) -> None:
    calls = run(tmp_path, rendered(synthesis, "before"), "4")
    assert [call[1:4] for call in calls] == [["role", "assignment", "create"]] * 2


def test_every_resource_provider_is_registered_and_awaited(synthesis: Synthesis, tmp_path: Path) -> None:
    calls = [
        call for call in run(tmp_path, rendered(synthesis, "before"), "1") if call[1:3] == ["provider", "register"]
    ]
    assert {option(call, "--namespace") for call in calls} == set(RESOURCE_PROVIDERS)
    assert all("--wait" in call for call in calls)


def test_deployer_is_no_owner_and_assigns_only_what_the_stacks_assign(
    synthesis: Synthesis, tmp_path: Path, plan: Plan
) -> None:
    environment = synthesis.environment(DEV)
    contributor, administrator = run(tmp_path, rendered(synthesis, "before"), "4")
    assert option(contributor, "--role") == "Contributor"
    assert option(administrator, "--role") == "Role Based Access Control Administrator"
    assert option(administrator, "--condition") == condition(environment.roles)
    assert option(administrator, "--condition-version") == "2.0"
    text = condition(environment.roles)
    for action, source in (("write", "@Request"), ("delete", "@Resource")):
        assert f"!(ActionMatches{{'Microsoft.Authorization/roleAssignments/{action}'}})" in text
        assert f"({source}[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:Guid" in text
    for assignment in plan.all("azurerm_role_assignment", of="-dev-"):
        name = assignment.get("role_definition_name")
        known = BUILT_IN_ROLES[name] if name else assignment["role_definition_id"].rpartition("/")[2]
        assert known in text
    owner, access_administrator = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"
    assert not [one for one in (owner, access_administrator) if one in text]
    assert text.count("(") == text.count(")")


def test_roles_are_defined_by_an_owner_under_the_ids_that_the_stacks_use(synthesis: Synthesis, tmp_path: Path) -> None:
    roles = synthesis.environment(DEV).roles
    calls = run(tmp_path, rendered(synthesis, "before"), "3")
    assert len(calls) == len(DEFINED_ROLES)
    for call, role in zip(calls, DEFINED_ROLES, strict=True):
        assert option(call, "--method") == "put"
        assert roles.resource_id(role) in option(call, "--url")
        properties = json.loads(option(call, "--body"))["properties"]
        assert properties["roleName"] == roles.display_name(role)
        assert properties["assignableScopes"] == ["/subscriptions/00000000-0000-0000-0000-000000000002"]
        assert properties["permissions"] == [{"actions": [*role.actions], "dataActions": [*role.data_actions]}]


def test_a_principal_gets_the_graph_rights_that_azuread_documents(synthesis: Synthesis, tmp_path: Path) -> None:
    text = rendered(synthesis, "before")
    calls = run(tmp_path, text, "5")
    assert "appRoles[?value=='Group.ReadWrite.All']" in text
    assert "appRoles[?value=='Application.Read.All']" in text
    posted = [json.loads(option(call, "--body")) for call in calls if "post" in call]
    assert posted == [{"principalId": "object-id", "resourceId": "object-id", "appRoleId": "right-id"}] * 2


def test_a_person_gets_the_directory_role_instead(synthesis: Synthesis, tmp_path: Path) -> None:
    calls = run(tmp_path, rendered(synthesis, "before", Deployer(user="ana@example.com")), "4")
    posted = [json.loads(option(call, "--body")) for call in calls if "post" in call]
    assert posted == [{"principalId": "object-id", "roleDefinitionId": "role-id", "directoryScopeId": "/"}]


def test_what_needs_account_or_metastore_admin_says_so(synthesis: Synthesis) -> None:
    for part, titles in {
        "before": ("Make the deployer an account admin", "Let the deployer make catalogs in the metastore"),
        "databricks": ("Let administrators read the system tables",),
    }.items():
        text = rendered(synthesis, part)
        for title in titles:
            who = text.split(f"{title}\n")[1].splitlines()[0]
            assert "account admin" in who or "metastore admin" in who


def test_first_account_admin_and_first_workspace_are_a_step(synthesis: Synthesis) -> None:
    text = rendered(synthesis, "before")
    assert "Who: Global Administrator of the tenant" in text
    assert "opens only once the tenant has a workspace" in text


def test_system_tables_are_granted_to_administrators_and_not_made(synthesis: Synthesis, tmp_path: Path) -> None:
    calls = [
        call
        for call in run(tmp_path, rendered(synthesis, "databricks"))
        if call[:3] == ["databricks", "grants", "update"]
    ]
    changes = [json.loads(option(call, "--json"))["changes"] for call in calls]
    assert {change["principal"] for (change,) in changes} == {"datamaster-dev-data_admins"}
    assert calls[0][3:5] == ["catalog", "system"]
    assert all(call[3] == "schema" and call[4].startswith("system.") for call in calls[1:])


def test_serverless_endpoints_are_accepted_where_there_are_any(synthesis: Synthesis) -> None:
    accept = "az network private-endpoint-connection approve"
    assert accept in rendered(synthesis, "databricks")
    assert accept not in script(synthesis.environment(PROD), "databricks")


def test_hash_key_has_a_version_and_a_backup_and_is_never_made_twice(synthesis: Synthesis, tmp_path: Path) -> None:
    text = rendered(synthesis, "secrets")
    shown, made, backed_up = run(tmp_path, text, "1")
    assert shown[1:4] == ["keyvault", "secret", "show"]
    assert made[1:4] == ["keyvault", "secret", "set"]
    assert option(made, "--tags") == "version=1"
    assert len(option(made, "--value")) == 64
    assert backed_up[1:4] == ["keyvault", "secret", "backup"]
    assert "secret show" in text.partition("secret set")[0]
    assert " 2>/dev/null || az keyvault secret set" in text


def test_every_secret_is_set_and_none_stands_in_the_script(synthesis: Synthesis, tmp_path: Path) -> None:
    calls = [call for call in run(tmp_path, rendered(synthesis, "secrets")) if call[3] == "set"]
    assert {option(call, "--name") for call in calls} == set(SecretName)


def test_state_of_one_environment_is_one_container(synthesis: Synthesis, tmp_path: Path) -> None:
    _, data, endpoint = run(tmp_path, rendered(synthesis, "state"))
    assert option(data, "--scope").endswith("/blobServices/default/containers/dev")
    assert option(endpoint, "--scope").endswith(f"/storageAccounts/{synthesis.environment(DEV).state.storage_account}")
