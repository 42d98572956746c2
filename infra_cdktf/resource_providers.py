"""Azure's resource providers that the stacks use: a subscription must register each before anything of it is made.

A new subscription has next to none registered, and azurerm's own set `core` lacks most of these. Some are used without
standing in any resource's type: AKS brings its monitoring add-on, its policy add-on and Defender along.
"""

from __future__ import annotations

RESOURCE_PROVIDERS = (
    "Microsoft.App",
    "Microsoft.Authorization",
    "Microsoft.Compute",
    "Microsoft.Consumption",
    "Microsoft.ContainerRegistry",
    "Microsoft.ContainerService",
    "Microsoft.DBforPostgreSQL",
    "Microsoft.Dashboard",
    "Microsoft.Databricks",
    "Microsoft.KeyVault",
    "Microsoft.ManagedIdentity",
    "Microsoft.Network",
    "Microsoft.OperationalInsights",
    "Microsoft.OperationsManagement",
    "Microsoft.PolicyInsights",
    "Microsoft.Resources",
    "Microsoft.Security",
    "Microsoft.Storage",
    "microsoft.insights",
)
"""Namespaces as Azure spells them; azurerm compares them letter by letter."""

FEATURES = {"EncryptionAtHost": "Microsoft.Compute"}
"""Features to register beside them, with the provider whose they are: disks that are encrypted on the host."""
