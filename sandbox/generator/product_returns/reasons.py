"""Why products come back, in free text that sometimes names what identifies a person, as customers and clerks do."""

from __future__ import annotations

from itertools import accumulate

import polars as pl

from sandbox.generator.draws import Draws, Integers
from sandbox.generator.presentation import cpf_text, one_of

MISSING_SHARE = 0.15
"""Of the returns whose reason names nobody."""

MENTION_SHARES = {"cpf": 0.02, "email": 0.02, "phone": 0.02}
"""Share of all returns whose reason names the customer's CPF, e-mail address or telephone number."""

REASONS = (
    "Não gostei da cor",
    "Tamanho errado, ficou apertado",
    "Veio quebrado; a caixa estava amassada",
    "Produto diferente do anúncio",
    "Desistiu da compra",
    "Comprei 2 e só 1 funciona",
    "Parou de funcionar em 3 dias",
    "Falta o manual e o parafuso de 12 mm",
    'Cliente disse que o produto é "usado"',
    "Presente repetido",
    "A voltagem é 220 V e em casa é 127 V",
    "Chegou depois do aniversário, já não serve",
    "Não cabe na cozinha\nmedida errada no site",
    "Defeito de fabricação",
    "Cheiro forte de tinta",
    "Arrependimento no prazo de 7 dias",
)

CPF_MARKS = (("", ""), (".", "-"), (" ", " "), (".", "/"))
"""Ways to write a CPF: what stands between its groups of three digits, and what before the last two."""

_AREAS = ("20", "30", "50", "60", "70")
"""Area codes that Anatel has given to no place, so that a number with one is nobody's."""

_ENDLESS = "já liguei três vezes e ninguém resolveu, " * 20
_LONGEST = 200


def reasons(cpfs: pl.Series, emails: pl.Series, draws: Draws) -> dict[str, pl.Series]:
    """A reason for each customer's return.

    Args:
        cpfs: 11 digits each.
        emails: the customers' addresses.
        draws: random numbers of the same rows.

    Returns:
        `reason` (String, 200 characters at most, null where nobody gave one) and `mentions` (String): the CPF, address
        or number as it stands in the reason, null where it names none.
    """
    kind, choice = draws.uniform("mention"), draws.below("mention writing", 2**16)
    written = pl.DataFrame({"kind": kind, "choice": choice, "cpf": cpfs, "email": emails, **_phones(draws)}).select(
        ~pl.Series(draws.hits("no reason", MISSING_SHARE)).alias("is given"),
        pl.Series(REASONS).gather(draws.below("reason", len(REASONS))).alias("reason"),
        _which(pl.lit("o CPF é "), pl.lit("responder para "), pl.lit("favor ligar para ")).alias("lead"),
        _which(_cpf_text(), pl.col("email"), _phone_text()).alias("mentions"),
    )
    reason = pl.coalesce(pl.concat_str("reason", pl.lit(": "), "lead", "mentions"), pl.when("is given").then("reason"))
    return written.select(reason.alias("reason"), "mentions").to_dict(as_series=True)


def too_long_reasons(given: pl.Series, variants: Integers) -> pl.Series:
    """Reasons of 201 characters and more, which begin with the given ones; a blank at the end would not count."""
    length = _LONGEST + pl.lit(pl.Series(variants)) % 400
    endless = pl.lit(_ENDLESS).str.head(length) + "!"
    return pl.select(pl.concat_str(pl.lit(given).fill_null("") + " ", endless).alias("reason"))["reason"]


def _cpf_text() -> pl.Expr:
    return one_of(pl.col("choice"), *(cpf_text(pl.col("cpf"), *marks) for marks in CPF_MARKS))


def _phones(draws: Draws) -> dict[str, pl.Series]:
    number = pl.Series(draws.below("phone", 10**8)).cast(pl.String).str.zfill(8)
    return {
        "area": pl.Series(_AREAS).gather(draws.below("area", len(_AREAS))),
        "prefix": "9" + number.str.head(4),
        "line": number.str.tail(4),
    }


def _phone_text() -> pl.Expr:
    area, prefix, line = pl.col("area"), pl.col("prefix"), pl.col("line")
    return one_of(
        pl.col("choice"),
        "(" + area + ") " + prefix + "-" + line,
        area + " " + prefix + "-" + line,
        "+55 " + area + " " + prefix + " " + line,
        area + prefix + line,
    )


def _which(cpf: pl.Expr, email: pl.Expr, phone: pl.Expr) -> pl.Expr:
    """What belongs to the kind of mention that the column `kind` (Float64) stands for; null for no mention."""
    until_cpf, until_email, until_phone = accumulate(MENTION_SHARES.values())
    kind = pl.col("kind")
    return pl.when(kind < until_cpf).then(cpf).when(kind < until_email).then(email).when(kind < until_phone).then(phone)
