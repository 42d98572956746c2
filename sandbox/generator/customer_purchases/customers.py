"""The customers who buy: names, mail addresses, CPFs and cards, each a pure function of the customer's number."""

from __future__ import annotations

import numpy as np
import polars as pl

from sandbox.generator.customer_purchases.check_digits import card_numbers, cpf_numbers
from sandbox.generator.customer_purchases.vocabulary import FIRST_NAMES, LAST_NAMES, MAIL_DOMAINS, ascii_lower
from sandbox.generator.draws import Draws, Integers

_FIRST, _LAST, _DOMAINS = pl.Series(FIRST_NAMES), pl.Series(LAST_NAMES), pl.Series(MAIL_DOMAINS)
_FIRST_IN_MAIL, _LAST_IN_MAIL = ascii_lower(FIRST_NAMES), ascii_lower(LAST_NAMES)


def customer_columns(seed: int, customers: Integers) -> dict[str, pl.Series]:
    """`customer_id`, `first_name`, `last_name`, `email` and `cpf` (11 digits) of each customer number."""
    draws = Draws(seed, customers)
    first, last, middle = (
        draws.below(stream, bound)
        for stream, bound in (
            ("first name", len(FIRST_NAMES)),
            ("last name", len(LAST_NAMES)),
            ("middle name", len(LAST_NAMES)),
        )
    )
    return {
        "customer_id": _identifiers(customers),
        "first_name": _FIRST.gather(first),
        "last_name": _last_names(middle, last, draws.hits("two last names", 0.4)),
        "email": _emails(first, last, customers, draws.below("mail domain", len(MAIL_DOMAINS))),
        "cpf": pl.Series(cpf_numbers(customers)).cast(pl.String).str.zfill(11),
    }


def cards(seed: int, customers: Integers, wallet: Integers) -> pl.Series:
    """The number of the customer's card in that place of the wallet, 15 or 16 digits."""
    draws = Draws(seed, customers * 4 + wallet)
    return pl.Series(card_numbers(draws.below("account", 10**12), draws.below("card brand", 5))).cast(pl.String)


def _identifiers(customers: Integers) -> pl.Series:
    numbers = pl.Series((customers * 122_949_823 + 15_485_863) % 10**9).cast(pl.String).str.zfill(9)
    return "CLI-" + numbers


def _last_names(middle: Integers, last: Integers, two: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> pl.Series:
    one = _LAST.gather(last)
    return (_LAST.gather(middle) + " " + one).zip_with(pl.Series(two), one)


def _emails(first: Integers, last: Integers, customers: Integers, domain: Integers) -> pl.Series:
    number = pl.Series(customers).cast(pl.String)
    names = _FIRST_IN_MAIL.gather(first) + "." + _LAST_IN_MAIL.gather(last)
    return names + number + "@" + _DOMAINS.gather(domain)
