"""The design's rules once more, row by row in plain Python, to hold the generator's labels against."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

CITIES = {
    *(
        "São Paulo",
        "Rio de Janeiro",
        "Belo Horizonte",
        "Brasília",
        "Salvador",
        "Fortaleza",
        "Curitiba",
        "Manaus",
        "Recife",
    ),
    *("Porto Alegre", "Goiânia", "Belém", "Florianópolis", "Vitória", "Campinas"),
}
INGESTION_DAY = date(2026, 11, 25)

_DATES = {"store-database": "%Y-%m-%d", "customers-api": "%Y-%m-%d", "branch-files": "%d/%m/%Y"}
_DATE_SHAPES = {"%Y-%m-%d": r"\d{4}-\d{2}-\d{2}", "%d/%m/%Y": r"\d{2}/\d{2}/\d{4}"}


def read_date(text: str, source: str) -> date | None:
    """None if the text is no date in the source's format."""
    form = _DATES[source]
    if not re.fullmatch(_DATE_SHAPES[form], text.strip(), re.ASCII):
        return None
    try:
        return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007
    except ValueError:
        return None


def read_amount(text: str, source: str) -> Decimal | None:
    """None if the text is no amount in the source's format."""
    text = text.strip()
    if source != "branch-files":
        return Decimal(text) if re.fullmatch(r"-?\d{1,12}(\.\d{1,2})?", text, re.ASCII) else None
    shape = r"(-?)(?:R\$ ?)?(-?)(\d{1,3}(?:\.\d{3})*|\d{1,12})(?:,(\d{1,2}))?"
    match = re.fullmatch(shape, text, re.ASCII)
    if not match or (match[1] and match[2]):
        return None
    amount = Decimal(f"{match[3].replace('.', '')}.{match[4] or 0}")
    return -amount if match[1] or match[2] else amount


def reads_as_time(text: str, source: str) -> bool:
    """Whether the text is a time in the source's format."""
    if source == "branch-files":
        try:
            datetime.strptime(text, "%d/%m/%Y %H:%M:%S")  # noqa: DTZ007
        except ValueError:
            return False
        return True
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", text))


def cpf_is_valid(text: str | None) -> bool:
    """Receita Federal's rule, written from its weights 10…2 and 11…2."""
    digits = re.sub(r"[.\-\s]", "", text or "")
    if not re.fullmatch("[0-9]{11}", digits) or len(set(digits)) == 1:
        return False
    for length in (9, 10):
        remainder = sum(int(digit) * (length + 1 - place) for place, digit in enumerate(digits[:length])) * 10 % 11
        if remainder % 10 != int(digits[length]):
            return False
    return True


def luhn_is_valid(text: str) -> bool:
    """12 to 19 digits with a right Luhn checksum."""
    digits = re.sub(r"[\-\s]", "", text)
    if not re.fullmatch("[0-9]{12,19}", digits):
        return False
    doubled = [sum(divmod(int(digit) * 2, 10)) for digit in digits[-2::-2]]
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def email_is_valid(text: str | None) -> bool:
    """One `@`, no blanks, a dot in the domain with two or more letters after it."""
    name, at, domain = (text or "").strip().partition("@")
    _, dot, last = domain.rpartition(".")
    one_at = bool(name and at) and "@" not in domain
    return one_at and not re.search(r"\s", name + domain) and bool(dot) and len(last) >= 2 and last.isalpha()


def broken_rules(row: dict[str, str | None], source: str) -> set[str]:
    """Labels of all rules that a row's texts break."""
    given = {name: value if value and value.strip() else None for name, value in row.items()}
    broken = {f"{name}: required" for name in ("customer_id", "cpf", "purchase_date") if given[name] is None}
    broken |= _broken_types(given, source)
    if not cpf_is_valid(given["cpf"]):
        broken.add("cpf: cpf_valid")
    if not email_is_valid(given["email"]):
        broken.add("email: email_valid")
    if given["store_location"] not in CITIES:
        broken.add("store_location: store_known")
    if given["credit_card_number"] and not luhn_is_valid(given["credit_card_number"]):
        broken.add("credit_card_number: card_luhn")
    return broken


def _broken_types(given: dict[str, str | None], source: str) -> set[str]:
    day = read_date(given["purchase_date"], source) if given["purchase_date"] else None
    amount = read_amount(given["total_amount"], source) if given["total_amount"] else None
    checks = {
        "purchase_date: type": given["purchase_date"] is not None and day is None,
        "purchase_date: date_plausible": day is not None and not date(2000, 1, 1) <= day <= INGESTION_DAY,
        "total_amount: type": amount is None,
        "total_amount: amount_not_negative": amount is not None and amount < 0,
        "updated_at: type": given["updated_at"] is not None and not reads_as_time(given["updated_at"], source),
    }
    return {label for label, broken in checks.items() if broken}
