# ruff: noqa: E501 (rows of a table)
"""What a source cannot say of how it writes values is refused when the contract is read, with its place and reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contracts.problems import ContractError
from contracts.reader import read_contract
from tests.contracts.documents import document, saying, written

FILES = 2
"""The place of the source `branch-files`, which in these cases says nothing of its formats but what the case does."""

BASE, COLUMNS = f"servers[{FILES}].customProperties", f"servers[{FILES}].customProperties.columnFormats"


def _of_column(name: str, **words: Any) -> dict[str, Any]:
    return {"columnFormats": {name: words}}


CASES: list[tuple[dict[str, Any], str, str]] = [
    ({"dateFormat": "yyyy-MM-dd'"}, f"{BASE}.dateFormat", "has a quote that nothing closes"),
    ({"dateFormat": "dd MMM yyyy"}, f"{BASE}.dateFormat", "has the field MMM, and can have"),
    ({"dateFormat": "ddTMM yyyy"}, f"{BASE}.dateFormat", "has the field T, and can have"),
    ({"dateFormat": "dd/MM"}, f"{BASE}.dateFormat", "says no day: y of y, M and d is not there"),
    ({"dateFormat": "dd/MM/yyyy dd"}, f"{BASE}.dateFormat", "says d more than once"),
    ({"dateFormat": "dMyyyy"}, f"{BASE}.dateFormat", "does not say where d ends"),
    ({"dateFormat": "dd/MM[/yyyy]"}, f"{BASE}.dateFormat", "has [ outside of '…'"),
    ({"dateFormat": []}, f"{BASE}.dateFormat", "at least 1 item"),
    ({"dateFormat": ["dd/MM/yyyy", "epochs"]}, f"{BASE}.dateFormat", "has the field e"),
    ({"timestampFormat": "dd/MM/yyyy hh:mm"}, f"{BASE}.timestampFormat", "has h without a"),
    ({"timestampFormat": "dd/MM/yyyy HH:mm a"}, f"{BASE}.timestampFormat", "has a without h"),
    ({"timestampFormat": "dd/MM/yyyy HH hh a"}, f"{BASE}.timestampFormat", "has hours of two clocks"),
    ({"timestampFormat": "dd/MM/yyyy HH:ss"}, f"{BASE}.timestampFormat", "has s without m"),
    ({"timestampFormat": "dd/MM/yyyy mm:ss"}, f"{BASE}.timestampFormat", "has m without hours"),
    ({"timestampFormat": "dd/MM/yyyyX"}, f"{BASE}.timestampFormat", "has X without hours"),
    ({"timestampFormat": "dd/MM/yyyy HH:mm:ss"}, BASE, "updated_at: dd/MM/yyyy HH:mm:ss says a local time: give its timeZone"),
    ({"timestampFormat": "excelDays"}, BASE, "updated_at: excelDays says a local time: give its timeZone"),
    ({"dateFormat": "epochSeconds"}, BASE, "purchase_date: epochSeconds says an instant: give its timeZone"),
    ({"dateFormat": "dd/MM/yy"}, BASE, "purchase_date: dd/MM/yy needs twoDigitYearsFrom"),
    ({"twoDigitYearsFrom": 1950}, f"{BASE}.twoDigitYearsFrom", "no format of this source has yy"),
    ({"twoDigitYearsFrom": 50, "dateFormat": "dd/MM/yy"}, f"{BASE}.twoDigitYearsFrom", "greater than or equal to 1000"),
    ({"timeZone": "America/Sao Paulo"}, f"{BASE}.timeZone", "is no time zone of the IANA database"),
    ({"timeZone": "EST"}, f"{BASE}.timeZone", "is no time zone of the IANA database"),
    ({"timeZone": "-03:00"}, f"{BASE}.timeZone", "-03:00 is an offset: say timestampOffset"),
    ({"timestampOffset": "-3"}, f"{BASE}.timestampOffset", "should match pattern"),
    ({"timeZone": "America/Recife", "timestampOffset": "-03:00"}, f"servers[{FILES}]", "says timeZone and timestampOffset"),
    ({"amountFormat": "1234.56", "numberFormat": {}}, f"servers[{FILES}]", "says numberFormat and amountFormat"),
    ({"numberFormat": {"decimal": ";"}}, f"{BASE}.numberFormat", "decimal is ';', and can be"),
    ({"numberFormat": {"decimal": ",", "grouping": ","}}, f"{BASE}.numberFormat", "grouping is ',', and can be"),
    ({"numberFormat": {"negative": []}}, f"{BASE}.numberFormat", "names no place for the minus"),
    ({"numberFormat": {"negative": "behind"}}, f"{BASE}.numberFormat.negative[0]", "'parentheses'"),
    ({"numberFormat": {"currency": "R.$"}}, f"{BASE}.numberFormat", "has a sign in it that numbers are made of"),
    ({"numberFormat": {"percent": True, "currency": "$"}}, f"{BASE}.numberFormat", "percent and currency"),
    ({"numberFormat": {"exponent": True, "grouping": ","}}, f"{BASE}.numberFormat", "exponent goes with decimal alone"),
    ({"numberFormat": {"scale": 2}}, f"{BASE}.numberFormat.scale", "no known word"),
    ({"numberFormat": {"percent": True, "impliedDecimals": 1}}, BASE, "total_amount: has 2 decimals, and what its source writes has 3"),
    ({"nullTexts": [""]}, f"{BASE}.nullTexts[0]", "at least 1 character"),
    (_of_column("colour", trim=True), COLUMNS, "unknown column colour"),
    (_of_column("product", dateFormat="dd/MM/yyyy"), f"{COLUMNS}.product", "dateFormat says nothing of a string"),
    (_of_column("purchase_date", trim=True), f"{COLUMNS}.purchase_date", "trim says nothing of a date"),
    (_of_column("updated_at", dateFormat="dd/MM/yyyy"), f"{COLUMNS}.updated_at", "dateFormat says nothing of a timestamp"),
    (_of_column("product", colour=1), f"{COLUMNS}.product.colour", "no known word"),
    (_of_column("store_location", values={"RJ": "Rio"}), f"{COLUMNS}.store_location", "Rio is none of the values that store_location can have"),
    (_of_column("store_location", values={"RJ": "Rio de Janeiro", "rj": "Recife"}, ignoring=["case"]), f"{COLUMNS}.store_location", "spells rj for Recife and for Rio de Janeiro"),
    (_of_column("store_location", values={"recife": "Salvador"}, ignoring=["case"]), f"{COLUMNS}.store_location", "spells Recife for Recife and for Salvador"),
    (_of_column("store_location", ignoring=["blanks"]), f"{COLUMNS}.store_location.ignoring[0]", "'case' or 'accents'"),
    (_of_column("cpf", leadingZerosTo=1), f"{COLUMNS}.cpf.leadingZerosTo", "greater than or equal to 2"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "path", "reason"), CASES, ids=lambda value: value if isinstance(value, str) else "")
def test_a_format_without_a_meaning_is_refused_with_path_and_reason(
    tmp_path: Path, words: dict[str, Any], path: str, reason: str
) -> None:
    file = written(tmp_path, saying(document(), FILES, **words))
    with pytest.raises(ContractError) as caught:
        read_contract(file)
    lines = str(caught.value).splitlines()
    assert [line for line in lines if line.startswith(f"{file}: {path}: ") and reason in line], lines


def test_a_date_that_declares_a_pattern_has_it_where_its_source_says_none(tmp_path: Path) -> None:
    content = saying(document(), FILES)
    day = next(column for column in content["schema"][0]["properties"] if column["name"] == "purchase_date")
    day["logicalTypeOptions"] = {"format": "yyyy.MM.dd"}
    assert read_contract(written(tmp_path, content))
    day["logicalTypeOptions"] = {"format": "yyyy.mm.dd"}
    with pytest.raises(ContractError, match=r"format yyyy\.mm\.dd cannot be rendered for a date: .* says no day"):
        read_contract(written(tmp_path, content))
