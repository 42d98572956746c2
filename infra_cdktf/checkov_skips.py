"""How a resource says which of checkov's checks does not apply to it, and why."""

from __future__ import annotations

from cdktf import TerraformResource

SKIPS_KEY = "checkov_skips"
"""Where the reasons stand in a synthesized resource: under `//`, which Terraform reads over."""


def skip_checks(resource: TerraformResource, reasons: dict[str, str]) -> None:
    """Note with `resource` that these checks (id to reason) are skipped for it and for no other."""
    resource.add_override(f"//.{SKIPS_KEY}", reasons)
