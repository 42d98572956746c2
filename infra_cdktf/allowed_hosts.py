"""What production may call: hosts by name, and Azure's own services by their tags. Add a source's host here."""

from __future__ import annotations

from infra_cdktf.problems import InvalidSettings

ALLOWED_HOSTS = {
    "sign-in": ("login.microsoftonline.com", "*.login.microsoft.com"),
    "azure": ("management.azure.com", "graph.microsoft.com"),
    "prefect-cloud": ("api.prefect.cloud",),
    "container-insights": (
        "*.ods.opinsights.azure.com",
        "*.oms.opinsights.azure.com",
        "*.monitoring.azure.com",
        "*.ingest.monitor.azure.com",
    ),
    "databricks": ("*.azuredatabricks.net", "accounts.azuredatabricks.net"),
    "packages": ("pypi.org", "files.pythonhosted.org"),
}
"""Names of rules and the hosts that each allows, all by HTTPS. The sources' hosts belong here too.

`packages` is where a job's cluster has what its wheel asks for, each in one version (docs/adr/0036).
"""


REGIONS_IN_TAGS = {"brazilsouth": "BrazilSouth", "brazilsoutheast": "BrazilSoutheast"}
"""How the regions that an environment may lie in are written in service tags (`az network list-service-tags`)."""


def allowed_services(location: str) -> dict[str, tuple[str, str, int]]:
    """Tag, protocol and port of each service that is reached by address, in the environment's region.

    Databricks' clusters keep their metadata in its own database there, read their images from its storage and send
    their logs to its event hub; which addresses those have is Databricks' affair. `ntp` keeps the nodes' clocks.

    Raises:
        InvalidSettings: the region is not among `REGIONS_IN_TAGS`.
    """
    if location not in REGIONS_IN_TAGS:
        raise InvalidSettings([f"location {location}: add it to REGIONS_IN_TAGS in allowed_hosts.py"])
    region = REGIONS_IN_TAGS[location]
    return {
        "databricks-control-plane": ("AzureDatabricks", "TCP", 443),
        "databricks-metadata": (f"Sql.{region}", "TCP", 3306),
        "databricks-images": (f"Storage.{region}", "TCP", 443),
        "databricks-logs": (f"EventHub.{region}", "TCP", 9093),
        "sign-in": ("AzureActiveDirectory", "TCP", 443),
        "monitor": ("AzureMonitor", "TCP", 443),
        "ntp": ("*", "UDP", 123),
    }
