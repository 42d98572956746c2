from __future__ import annotations

import json

import pytest

from contracts.columns import Classification
from contracts.contract import Contract
from contracts.job_document import job_document, job_name, upkeep_job_document, upkeep_job_name
from infra_cdktf.components.column_masks import mask_function_statement
from infra_cdktf.settings import environment_settings
from tasks.deadlines import JOB_SECONDS
from tests.infra_cdktf.conftest import VERSION, Synthesis
from tests.infra_cdktf.plan import Plan, Resource

pytestmark = pytest.mark.infra

SPARK_SETTINGS = {
    "spark.databricks.delta.optimizeWrite.enabled": "true",
    "spark.databricks.delta.autoCompact.enabled": "true",
    "spark.databricks.delta.schema.autoMerge.enabled": "true",
    "spark.sql.adaptive.enabled": "true",
    "spark.databricks.adaptive.autoOptimizeShuffle": "true",
    "spark.sql.adaptive.coalescePartitions.enabled": "true",
    "spark.databricks.io.cache.enabled": "true",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
}


@pytest.fixture
def stack(environment: str) -> str:
    return f"datamaster-{environment}-pipelines"


@pytest.fixture
def job(plan: Plan, stack: str, contract: Contract) -> Resource:
    return plan.one("databricks_job", of=stack, name=job_name(contract))


def most_workers(environment: str) -> int:
    """Five as agreed; in dev as many as fit into a new subscription's quota."""
    return 1 if environment == "dev" else 5


def defaults_of(job: Resource) -> dict[str, str]:
    return {parameter["name"]: parameter["default"] for parameter in job["parameter"]}


def test_each_dataset_has_its_job(plan: Plan, stack: str, synthesis: Synthesis) -> None:
    jobs = {job["name"]: defaults_of(job)["dataset"] for job in plan.all("databricks_job", of=stack)}
    assert jobs == {
        f"{kind}-{contract.slug}": contract.slug
        for contract in synthesis.contracts.datasets
        for kind in ("etl", "upkeep")
    }


def test_upkeep_is_a_job_of_its_own_that_reads_no_secret(
    plan: Plan, stack: str, job: Resource, contract: Contract
) -> None:
    upkeep = plan.one("databricks_job", of=stack, name=upkeep_job_name(contract))
    document = upkeep_job_document(contract, {"catalog": "", "lake_url": "", "checkpoints_url": ""})
    (task,), (described,) = upkeep["task"], document["tasks"]
    assert {key: task.get(key, []) for key in described} == described
    assert (upkeep["max_concurrent_runs"], upkeep["queue"]) == (1, {"enabled": True})
    assert defaults_of(upkeep) == defaults_of(job)
    assert not upkeep["job_cluster"][0]["new_cluster"].get("spark_env_vars")


def test_job_runs_the_agreed_tasks_in_order_from_the_versioned_wheel(
    plan: Plan, job: Resource, contract: Contract
) -> None:
    document = job_document(contract, {"catalog": "", "lake_url": "", "checkpoints_url": ""})
    assert job["name"] == document["name"]
    assert list(defaults_of(job)) == [parameter["name"] for parameter in document["parameters"]]
    assert [task["task_key"] for task in job["task"]] == ["bronze", "silver", "gold"]
    assert [[one["task_key"] for one in task.get("depends_on", [])] for task in job["task"]] == [
        [],
        ["bronze"],
        ["silver"],
    ]
    for task, described in zip(job["task"], document["tasks"], strict=True):
        assert {key: task.get(key) for key in described} == described
        (library,) = task["library"]
        volume, _, wheel = library["whl"].rpartition("/")
        assert wheel == f"datamaster-{VERSION}-py3-none-any.whl"
        assert plan.origin(job.stack, volume)["name"] == "wheels"


def test_every_parameter_that_a_task_asks_for_is_the_jobs(job: Resource) -> None:
    known = {f"{{{{job.parameters.{parameter['name']}}}}}" for parameter in job["parameter"]}
    asked = {value for task in job["task"] for value in task["python_wheel_task"]["named_parameters"].values()}
    assert asked <= known


def test_job_works_on_its_environments_lake_and_catalog(plan: Plan, job: Resource, environment: str) -> None:
    defaults = defaults_of(job)
    assert plan.origin(job.stack, defaults["catalog"])["name"] == f"datamaster_{environment}"
    assert plan.origin(job.stack, defaults["checkpoints_url"])["name"] == "checkpoints"
    scheme, _, rest = defaults["lake_url"].partition("://")
    account, _, host = rest.partition("}")
    assert (scheme, host) == ("abfss", ".dfs.core.windows.net")
    assert plan.origin(job.stack, account + "}").kind == "azurerm_storage_account"
    assert defaults["raw_stream_format"] == "cloudFiles"
    assert defaults["column_tags"] == "true"


def test_job_retries_times_out_and_says_when_it_is_slow_or_fails(job: Resource, environment: str) -> None:
    settings = environment_settings(environment).databricks
    timeout = settings.job_timeout_minutes * 60
    assert job["timeout_seconds"] == timeout < JOB_SECONDS
    assert {task["max_retries"] for task in job["task"]} == {settings.task_retries}
    assert {task["timeout_seconds"] for task in job["task"]} == {timeout}
    (rule,) = job["health"]["rules"]
    assert (rule["metric"], rule["op"], rule["value"]) == ("RUN_DURATION_SECONDS", "GREATER_THAN", timeout // 2)
    mail = ["data-platform@example.com"]
    assert job["email_notifications"] == {"on_failure": mail, "on_duration_warning_threshold_exceeded": mail}


def test_job_runs_as_the_pipeline_one_run_at_a_time(plan: Plan, job: Resource, environment: str) -> None:
    identity = plan.origin(job.stack, job["run_as"]["service_principal_name"])
    assert identity["display_name"] == f"datamaster-{environment}-pipeline"
    assert (job["max_concurrent_runs"], job["queue"]) == (1, {"enabled": True})
    assert "schedule" not in job.body


def test_job_cluster_scales_on_the_runtime_and_with_the_settings_that_were_agreed(
    job: Resource, environment: str
) -> None:
    (cluster,) = [one["new_cluster"] for one in job["job_cluster"]]
    assert cluster["autoscale"] == {"min_workers": 1, "max_workers": most_workers(environment)}
    assert cluster["spark_version"] == environment_settings(environment).databricks.runtime
    assert cluster["spark_conf"] == SPARK_SETTINGS
    assert cluster["runtime_engine"] == ("STANDARD" if environment == "dev" else "PHOTON")
    assert {task["job_cluster_key"] for task in job["task"]} == {job["job_cluster"][0]["job_cluster_key"]}


def test_policy_fixes_what_the_cluster_uses(plan: Plan, job: Resource, stack: str) -> None:
    definition = json.loads(plan.one("databricks_cluster_policy", of=stack)["definition"])
    cluster = job["job_cluster"][0]["new_cluster"]
    assert plan.origin(stack, cluster["policy_id"]).kind == "databricks_cluster_policy"
    for path in ("spark_version", "node_type_id", "driver_node_type_id", "runtime_engine", "data_security_mode"):
        assert definition[path] == {"type": "fixed", "value": cluster[path]}
    for name, value in cluster["spark_conf"].items():
        assert definition[f"spark_conf.{name}"] == {"type": "fixed", "value": value}
    assert definition["autoscale.max_workers"]["maxValue"] == cluster["autoscale"]["max_workers"]


def test_hash_key_comes_from_the_vault_and_only_the_pipeline_may_read_it(
    plan: Plan, job: Resource, stack: str, environment: str
) -> None:
    scope = plan.one("databricks_secret_scope", of=stack)
    variables = job["job_cluster"][0]["new_cluster"]["spark_env_vars"]
    assert variables == {"PII_HASH_KEY": f"{{{{secrets/{scope['name']}/PII-HASH-KEY}}}}"}
    assert plan.origin(stack, scope["keyvault_metadata"]["resource_id"]).kind == "azurerm_key_vault"
    acl = plan.one("databricks_secret_acl", of=stack)
    assert acl["permission"] == "READ"
    assert plan.origin(stack, acl["principal"])["display_name"] == f"datamaster-{environment}-pipeline"


def test_engineers_run_the_job_others_see_it_and_flows_start_it(plan: Plan, stack: str, job: Resource) -> None:
    of_jobs = [one for one in plan.all("databricks_permissions", of=stack) if "job_id" in one.body]
    (permissions,) = [one for one in of_jobs if plan.origin(stack, one["job_id"]) == job]
    levels = {}
    for entry in permissions["access_control"]:
        principal = plan.origin(stack, entry.get("group_name") or entry["service_principal_name"])
        levels[principal["display_name"].split("-", 2)[2]] = entry["permission_level"]
    assert levels == {
        "data_admins": "CAN_MANAGE",
        "data_engineers": "CAN_MANAGE_RUN",
        "data_scientists": "CAN_VIEW",
        "data_analysts": "CAN_VIEW",
        "flows": "CAN_MANAGE_RUN",
    }


def test_every_classification_is_a_value_of_the_governed_tag(plan: Plan) -> None:
    tag = plan.one("databricks_tag_policy", of="datamaster-dev-pipelines")
    assert tag["tag_key"] == "classification"
    assert {value["name"] for value in tag["values"]} == set(Classification)


def test_every_environments_pipeline_may_set_the_tag(plan: Plan) -> None:
    rules = plan.one("databricks_access_control_rule_set", of="-pipelines")
    assert (
        plan.origin(rules.stack, "${" + rules["name"].split("${")[1].split("}")[0] + "}").kind
        == "databricks_tag_policy"
    )
    assert rules["grant_rules"] == [{"principals": ["groups/datamaster-taggers"], "role": "roles/tagPolicy.assigner"}]
    members = plan.all("databricks_group_member")
    in_group = {plan.origin(member.stack, member["group_id"])["display_name"] for member in members}
    pipelines = {plan.origin(member.stack, member["member_id"])["display_name"] for member in members}
    assert in_group == {"datamaster-taggers"}
    assert pipelines == {f"datamaster-{environment}-pipeline" for environment in ("dev", "pre", "prod")}


def test_personal_columns_are_masked_for_all_but_the_contracts_readers(
    plan: Plan, stack: str, synthesis: Synthesis
) -> None:
    policies = plan.all("databricks_policy_info", of=stack)
    conditions = {condition["condition"] for policy in policies for condition in policy["match_columns"]}
    protected = set(Classification) - {Classification.INTERNAL}
    assert conditions == {f"hasTagValue('classification', '{value}')" for value in protected}
    readers = {role.name for role in synthesis.contracts.lake.roles if role.reads_personal_data}
    for policy in policies:
        assert policy["policy_type"] == "POLICY_TYPE_COLUMN_MASK"
        assert policy["to_principals"] == ["account users"]
        excepted = {plan.origin(stack, name)["display_name"].split("-", 2)[2] for name in policy["except_principals"]}
        assert excepted == readers == {"data_engineers", "data_admins", "pipeline"}
        catalog, _, function = policy["column_mask"]["function_name"].partition(".")
        assert plan.origin(stack, catalog + "." + function.partition("}")[0] + "}").kind == "databricks_catalog"
        assert policy["column_mask"]["function_name"].endswith(".governance.mask_text")


def test_mask_function_exists_before_the_policies_that_name_it(plan: Plan, stack: str) -> None:
    function = plan.one("terraform_data", of=stack)
    for policy in plan.all("databricks_policy_info", of=stack):
        assert function.address in policy["depends_on"]
    (provisioner,) = function["provisioner"]
    request = json.loads(provisioner["local-exec"]["environment"]["REQUEST"])
    assert "CREATE OR REPLACE FUNCTION" in request["statement"]


def test_mask_hides_a_value_and_keeps_a_missing_one_missing() -> None:
    statement = mask_function_statement("shop")
    assert statement.startswith("CREATE OR REPLACE FUNCTION shop.governance.mask_text(value STRING) RETURNS STRING ")
    assert statement.endswith("RETURN CASE WHEN value IS NULL THEN NULL ELSE '***' END")


def test_warehouse_stops_when_idle_and_takes_no_vcpus_where_the_settings_say(
    plan: Plan, stack: str, environment: str
) -> None:
    warehouse = plan.one("databricks_sql_endpoint", of=stack)
    assert warehouse["auto_stop_mins"] == 10
    assert warehouse["enable_serverless_compute"] is environment_settings(environment).databricks.serverless_queries


def test_wheels_and_checkpoints_lie_where_engineers_cannot_write(plan: Plan, job: Resource, environment: str) -> None:
    """Whoever can replace the wheel runs code as the pipeline, and reads its key."""
    catalog = f"datamaster-{environment}-catalog"
    volumes = {defaults_of(job)["checkpoints_url"], job["task"][0]["library"][0]["whl"].rpartition("/")[0]}
    for path in volumes:
        volume = plan.origin(job.stack, path)
        container = plan.origin(catalog, "${" + volume["storage_location"].split("${")[1].split("}")[0] + "}")
        assert container["name"] == volume["name"] in {"wheels", "checkpoints"}
