"""Edits of how sources write values."""

from __future__ import annotations

from contracts.diff.change import Verdict
from tests.contracts.diff.edits import (
    API,
    DATABASE,
    FILES,
    PURCHASES,
    RETURNS,
    Case,
    additive,
    both,
    custom,
    sources,
)

CASES = [
    Case(
        "dates are written otherwise",
        "BaseSource.date_ways",
        PURCHASES,
        custom(FILES, "dateFormat", "M/d/yyyy"),
        Verdict.BREAKING_FOR_SOURCES,
        (sources(FILES, "purchase_date was read as dd/MM/yyyy, is read as M/d/yyyy"),),
    ),
    Case(
        "a format is said no longer that is there by default",
        "BaseSource.date_ways",
        PURCHASES,
        custom(DATABASE, "dateFormat", None),
        Verdict.NONE,
        (),
    ),
    Case(
        "numbers are written otherwise",
        "BaseSource.amount_format",
        PURCHASES,
        custom(API, "amountFormat", "$1,234.56"),
        Verdict.BREAKING_FOR_SOURCES,
        (
            sources(
                API,
                "total_amount was read as 1234.56 of 12 digits, scale 2, is read as $1,234.56 of 12 digits, scale 2",
            ),
        ),
    ),
    Case(
        "fewer words stand for true and false",
        "BaseSource.boolean_format",
        RETURNS,
        custom("servers.return-files", "booleanFormat", ["S/N"]),
        Verdict.BREAKING_FOR_SOURCES,
        (
            sources(
                "servers.return-files",
                "opened was read as S, sim for true, N, não for false, is read as S for true, N for false",
            ),
        ),
    ),
    Case(
        "more words stand for true and false",
        "BaseSource.boolean_format",
        RETURNS,
        custom("servers.return-files", "booleanFormat", ["S/N", "sim/não", "1/0"]),
        Verdict.ADDITIVE,
        (
            additive(
                "servers.return-files",
                "opened was read as S, sim for true, N, não for false, "
                "is read as S, sim, 1 for true, N, não, 0 for false",
            ),
        ),
    ),
    Case(
        "times are written otherwise",
        "BaseSource.timestamp_offset",
        PURCHASES,
        custom(FILES, "timestampOffset", None),
        Verdict.BREAKING_FOR_SOURCES,
        (sources(FILES, "updated_at was read as dd/MM/yyyy HH:mm:ss at -03:00, is read as RFC 3339"),),
    ),
    Case(
        "dates may be written in a further way",
        "BaseSource.date_ways BaseSource.two_digit_years_from",
        PURCHASES,
        both(custom(FILES, "dateFormat", ["dd/MM/yyyy", "dd/MM/yy"]), custom(FILES, "twoDigitYearsFrom", 1950)),
        Verdict.ADDITIVE,
        (additive(FILES, "purchase_date was read as dd/MM/yyyy, is read as dd/MM/yyyy or dd/MM/yy (yy from 1950)"),),
    ),
    Case(
        "dates are tried in another order",
        "BaseSource.date_ways",
        PURCHASES,
        custom(FILES, "dateFormat", ["M/d/yyyy", "dd/MM/yyyy"]),
        Verdict.BREAKING_FOR_SOURCES,
        (sources(FILES, "purchase_date was read as dd/MM/yyyy, is read as M/d/yyyy or dd/MM/yyyy"),),
    ),
    Case(
        "local times are in a zone",
        "BaseSource.time_zone BaseSource.timestamp_offset",
        PURCHASES,
        both(custom(FILES, "timestampOffset", None), custom(FILES, "timeZone", "America/Sao_Paulo")),
        Verdict.BREAKING_FOR_SOURCES,
        (
            sources(
                FILES,
                "updated_at was read as dd/MM/yyyy HH:mm:ss at -03:00, "
                "is read as dd/MM/yyyy HH:mm:ss at America/Sao_Paulo",
            ),
        ),
    ),
    Case(
        "times are written as numbers, too",
        "BaseSource.timestamp_ways",
        PURCHASES,
        custom(API, "timestampFormat", ["rfc3339", "epochMilliseconds"]),
        Verdict.ADDITIVE,
        (additive(API, "updated_at was read as RFC 3339, is read as RFC 3339 or epochMilliseconds"),),
    ),
    Case(
        "numbers get a notation in words that was there as an example",
        "BaseSource.number_format BaseSource.amount_format",
        PURCHASES,
        both(custom(API, "amountFormat", None), custom(API, "numberFormat", {"decimal": ".", "negative": "leading"})),
        Verdict.NONE,
        (),
    ),
    Case(
        "numbers have their minus behind",
        "BaseSource.number_format",
        PURCHASES,
        both(custom(API, "amountFormat", None), custom(API, "numberFormat", {"negative": "trailing"})),
        Verdict.BREAKING_FOR_SOURCES,
        (
            sources(
                API,
                "total_amount was read as 1234.56 of 12 digits, scale 2, "
                "is read as negative trailing of 12 digits, scale 2",
            ),
        ),
    ),
    Case(
        "a spelling is known",
        "BaseSource.column_formats",
        PURCHASES,
        custom(FILES, "columnFormats", {"store_location": {"values": {"RJ": "Rio de Janeiro"}}}),
        Verdict.ADDITIVE,
        (
            additive(
                FILES,
                "store_location was read as text, is read as text with spellings RJ for Rio de Janeiro",
            ),
        ),
    ),
    Case(
        "a column is written otherwise than the others",
        "BaseSource.column_formats",
        PURCHASES,
        custom(FILES, "columnFormats", {"purchase_date": {"dateFormat": "yyyy-MM-dd"}}),
        Verdict.BREAKING_FOR_SOURCES,
        (sources(FILES, "purchase_date was read as dd/MM/yyyy, is read as yyyy-MM-dd"),),
    ),
    Case(
        "a text stands for no value",
        "BaseSource.null_texts",
        RETURNS,
        custom("servers.return-files", "columnFormats", {"reason": {"nullTexts": ["-"]}}),
        Verdict.BREAKING_FOR_SOURCES,
        (sources("servers.return-files", "reason was read as text, is read as text with nullTexts -"),),
    ),
]
