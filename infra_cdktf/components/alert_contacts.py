"""Who is told when something needs a person."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_azurerm.monitor_action_group import (
    MonitorActionGroup,
    MonitorActionGroupEmailReceiver,
)
from constructs import Construct

from infra_cdktf.components.resource_group import Placement

SHORT_NAME = "datamaster"


@dataclass(frozen=True, kw_only=True)
class AlertContactsConfig:
    """The mailbox that is read by whoever is on duty."""

    placement: Placement
    name: str
    email: str


@dataclass(frozen=True)
class AlertContactsOutputs:
    """Resource id of the action group."""

    action_group_id: str


class AlertContacts(Construct):
    """One action group that every alert and the budget use."""

    def __init__(self, scope: Construct, construct_id: str, config: AlertContactsConfig) -> None:
        """Create the group."""
        super().__init__(scope, construct_id)
        group = MonitorActionGroup(
            self,
            "group",
            name=config.name,
            resource_group_name=config.placement.resource_group_name,
            tags=config.placement.tags,
            short_name=SHORT_NAME,
            email_receiver=[
                MonitorActionGroupEmailReceiver(
                    name="on-duty", email_address=config.email, use_common_alert_schema=True
                )
            ],
        )
        self.outputs = AlertContactsOutputs(group.id)
