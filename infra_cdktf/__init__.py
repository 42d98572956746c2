"""The platform on Azure, AKS and Databricks as CDK for Terraform stacks.

Importing the package readies the jsii runtime, because every import of `cdktf` below it starts that runtime.
"""

from infra_cdktf.jsii_runtime import ready_jsii

ready_jsii()
