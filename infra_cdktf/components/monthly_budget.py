"""What the environment may cost a month, and warnings before and after it does."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_azurerm.consumption_budget_subscription import (
    ConsumptionBudgetSubscription,
    ConsumptionBudgetSubscriptionFilter,
    ConsumptionBudgetSubscriptionFilterTag,
    ConsumptionBudgetSubscriptionNotification,
    ConsumptionBudgetSubscriptionTimePeriod,
)
from constructs import Construct

FIRST_OF_THIS_MONTH = "${formatdate(\"YYYY-MM-'01T00:00:00Z'\", timestamp())}"
WARNINGS = (("Actual", 80.0), ("Actual", 100.0), ("Forecasted", 110.0))
"""Kind of threshold and per cent of the budget."""


@dataclass(frozen=True, kw_only=True)
class MonthlyBudgetConfig:
    """`tags` select the environment's resources, since a subscription may hold more than one environment."""

    name: str
    subscription_id: str
    amount: int
    action_group_id: str
    environment_tag: str


class MonthlyBudget(Construct):
    """A budget in the subscription's billing currency."""

    def __init__(self, scope: Construct, construct_id: str, config: MonthlyBudgetConfig) -> None:
        """Create the budget."""
        super().__init__(scope, construct_id)
        ConsumptionBudgetSubscription(
            self,
            "budget",
            name=config.name,
            subscription_id=f"/subscriptions/{config.subscription_id}",
            amount=config.amount,
            time_grain="Monthly",
            # Azure refuses a start before the current month, so the first deployment decides and later ones keep it.
            time_period=ConsumptionBudgetSubscriptionTimePeriod(start_date=FIRST_OF_THIS_MONTH),
            lifecycle=TerraformResourceLifecycle(ignore_changes=["time_period"]),
            filter=ConsumptionBudgetSubscriptionFilter(
                tag=[ConsumptionBudgetSubscriptionFilterTag(name="environment", values=[config.environment_tag])]
            ),
            notification=[
                ConsumptionBudgetSubscriptionNotification(
                    operator="GreaterThan",
                    threshold=threshold,
                    threshold_type=kind,
                    contact_groups=[config.action_group_id],
                )
                for kind, threshold in WARNINGS
            ],
        )
