"""CPF and payment-card numbers with right check digits, made for whole arrays at once."""

from __future__ import annotations

import numpy as np

from sandbox.generator.draws import Integers

_CPF_BASES = 10**9
_EQUAL_DIGITS = 111_111_111


def cpf_numbers(customers: Integers) -> Integers:
    """A valid CPF for each customer number below 10⁹, as a number of up to 11 digits.

    Check digits as Receita Federal computes them: weighted sums modulo 11, 10 counting as 0. A base of nine equal
    digits would make an invalid CPF, so its neighbour stands in for it.
    """
    bases = (customers * 387_420_489 + 271_828_183) % _CPF_BASES
    bases = np.where(bases % _EQUAL_DIGITS == 0, bases ^ 1, bases)
    first = _cpf_check_digit(bases, 9)
    return bases * 100 + first * 10 + _cpf_check_digit(bases * 10 + first, 10)


def card_numbers(accounts: Integers, kinds: Integers) -> Integers:
    """A number with a right Luhn digit (ISO/IEC 7812-1) for each 12-digit account: 15 digits for kind 0, else 16."""
    prefixes = np.array([37, 4_51, 5_20, 5_55, 6_36])
    payloads = prefixes[kinds] * 10**12 + accounts
    return payloads * 10 + _luhn_digit(payloads)


def _cpf_check_digit(numbers: Integers, digits: int) -> Integers:
    total = np.zeros_like(numbers)
    for weight in range(2, digits + 2):
        numbers, digit = np.divmod(numbers, 10)
        total += digit * weight
    return np.where(total % 11 < 2, 0, 11 - total % 11)  # noqa: PLR2004 - remainders 0 and 1 give the digit 0


def _luhn_digit(payloads: Integers) -> Integers:
    total = np.zeros_like(payloads)
    for place in range(15):
        payloads, digit = np.divmod(payloads, 10)
        doubled = digit * 2 if place % 2 == 0 else digit
        total += doubled // 10 + doubled % 10
    return -total % 10
