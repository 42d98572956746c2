"""The Kubernetes work pool `aks`: the template of the Jobs that Prefect's worker makes of flow runs."""
