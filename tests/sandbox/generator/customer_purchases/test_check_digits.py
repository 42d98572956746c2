from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sandbox.generator.customer_purchases.check_digits import card_numbers, cpf_numbers
from tests.sandbox.generator.customer_purchases.independent_rules import cpf_is_valid, luhn_is_valid


@given(st.lists(st.integers(min_value=0, max_value=10**9 - 1), min_size=1))
def test_every_customer_has_a_valid_cpf(customers: list[int]) -> None:
    assert all(cpf_is_valid(f"{number:011d}") for number in cpf_numbers(np.array(customers)).tolist())


def test_a_base_of_equal_digits_is_never_used() -> None:
    multiplier, offset = 387_420_489, 271_828_183
    inverse = pow(multiplier, -1, 10**9)
    customers = np.array([(111_111_111 * digit - offset) * inverse % 10**9 for digit in range(10)])
    assert all(cpf_is_valid(f"{number:011d}") for number in cpf_numbers(customers).tolist())


def test_customers_have_different_cpfs() -> None:
    assert len(np.unique(cpf_numbers(np.arange(200_000)))) == 200_000


@given(
    account=st.integers(min_value=0, max_value=10**12 - 1),
    kind=st.integers(min_value=0, max_value=4),
)
def test_every_account_has_a_card_number_with_a_right_luhn_digit(account: int, kind: int) -> None:
    (number,) = card_numbers(np.array([account]), np.array([kind])).tolist()
    assert luhn_is_valid(str(number))
    assert len(str(number)) == (15 if kind == 0 else 16)
