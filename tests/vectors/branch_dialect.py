"""Branch files that write nearly nothing as the contract has it: what their source declares, and a row of theirs."""

from __future__ import annotations

from contracts.contract import Contract
from tests.contracts.documents import document, saying

FILES = 2

DIALECT = {
    "dateFormat": ["dd/MM/yy", "excelDays"],
    "twoDigitYearsFrom": 1950,
    "timestampFormat": "dd/MM/yyyy HH:mm",
    "timeZone": "America/Sao_Paulo",
    "numberFormat": {"decimal": ",", "grouping": ".", "currency": "R$ ", "negative": "parentheses"},
    "nullTexts": ["\\N", "-"],
    "columnFormats": {
        "store_location": {"values": {"RJ": "Rio de Janeiro"}, "ignoring": ["case", "accents"]},
        "cpf": {"leadingZerosTo": 11},
        "product": {"trim": True, "letterCase": "upper"},
        "updated_at": {"timestampFormat": ["dd/MM/yyyy HH:mm", "epochMilliseconds"]},
    },
}

ROW: dict[str, str | None] = {
    "customer_id": "C1",
    "first_name": "-",
    "purchase_date": "46053",
    "total_amount": "R$ 1.234,50",
    "product": " fogão ",
    "store_location": "rj",
    "cpf": "191",
    "credit_card_number": "\\N",
    "updated_at": "01/02/2018 10:00",
}
"""A row that keeps every rule, once it is read as it is meant."""


def dialect_contract() -> Contract:
    """The purchases with that source."""
    return Contract.model_validate(saying(document(), FILES, **DIALECT))
