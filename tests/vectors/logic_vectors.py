"""Logic of contracts, over columns of every type: what the reader takes it for is what Spark gives."""

from __future__ import annotations

TYPES = {
    "word": "string",
    "pieces": "int",
    "total": "bigint",
    "weight": "double",
    "price": "decimal(14,2)",
    "day": "date",
    "at": "timestamp",
    "paid": "boolean",
}

SCALARS = [
    *("pieces + total", "pieces - 1", "pieces * weight", "price * pieces", "price + weight", "price / pieces"),
    *("pieces / 2", "total div 2", "pieces % 2", "price % 2", "-price", "abs(weight)", "1.5 * pieces", "1e0 + price"),
    *("try_add(pieces, price)", "try_divide(pieces, 2)", "try_multiply(price, 2)"),
    *("ceil(price)", "floor(weight)", "ceil(pieces)", "round(price, 1)", "round(weight)", "round(pieces)"),
    *("sign(price)", "power(pieces, 2)", "sqrt(weight)", "ln(price)", "log10(pieces)", "exp(1)", "nanvl(weight, 0)"),
    *("paid and not paid", "price > weight", "day > '2026-01-31'", "at < day", "word <=> 'x'", "pieces in (1, 2)"),
    *("day between '2026-01-01' and '2026-12-31'", "word like 'a%'", "word rlike '^a'", "paid is true", "word is null"),
    *("if(paid, pieces, price)", "case when paid then 1 else 2.5 end", "case word when 'a' then day else at end"),
    *("coalesce(pieces, weight)", "coalesce(day, at)", "greatest(price, weight)", "nullif(pieces, 0)"),
    *("nvl2(word, pieces, 0)", "isnull(word)", "isnotnull(day)"),
    *("cast(pieces as string)", "cast(word as date)", "cast(at as date)", "cast(word as decimal(10,2))", "int(word)"),
    *("word || '-'", "concat(word, pieces, day)", "concat_ws('-', word, pieces)", "upper(word)", "trim(word)"),
    *("substring(word, 1, 2)", "left(word, 1)", "lpad(word, 5, '0')", "replace(word, 'a', 'b')", "length(word)"),
    *("regexp_replace(word, '[0-9]', '')", "regexp_extract(word, '([0-9]+)', 1)", "instr(word, 'a')", "md5(word)"),
    *("sha2(word, 256)", "contains(word, 'a')", "startswith(word, 'a')", "initcap(word)", "reverse(word)"),
    *("date_format(day, 'yyyy-MM')", "date_format(at, 'EEEE')", "date_trunc('week', day)", "date_trunc('hour', at)"),
    *("trunc(day, 'month')", "trunc(at, 'year')", "to_date(word)", "to_date(at)", "to_timestamp(word)"),
    *("day + interval 1 day", "day + interval 30 days", "day - interval 2 weeks", "day + interval 3 months"),
    *("day + interval 2 hours", "at + interval 1 year", "at - interval 90 seconds", "day + 7", "day - pieces"),
    *("date_add(day, 7)", "date_sub(day, pieces)", "add_months(day, 1)", "last_day(day)", "datediff(day, at)"),
    *("timestampdiff(hour, at, at)", "months_between(day, at)", "year(day)", "quarter(at)", "month(day)"),
    *("weekofyear(day)", "day(at)", "dayofweek(day)", "dayofyear(day)", "hour(at)", "minute(at)", "second(at)"),
    *("weekday(day)", "extract(year from day)", "extract(second from at)", "extract(dayofweek from at)"),
]

AGGREGATES = [
    *(
        "count(*)",
        "count(distinct word, day)",
        "count_if(paid)",
        "sum(pieces)",
        "sum(price)",
        "avg(price)",
        "avg(total)",
    ),
    *("sum(weight)", "min(day)", "max(at)", "max(word)", "bool_and(paid)", "bool_or(paid)", "median(pieces)"),
    *("percentile(weight, 0.5)", "sum(pieces) filter (where paid)", "coalesce(sum(price), 0)", "sum(ceil(price))"),
    *("sum(if(paid, price, 0)) / count(*)", "max(day) - interval 1 day"),
]
