"""The contracts of the repository, read once for all tests: they are frozen."""

from __future__ import annotations

from contracts.folder import PACKAGED_CONTRACTS, read_contracts

CONTRACTS = read_contracts(PACKAGED_CONTRACTS)
PURCHASES = CONTRACTS.dataset("customer_purchases")
RETURNS = CONTRACTS.dataset("product_returns")
