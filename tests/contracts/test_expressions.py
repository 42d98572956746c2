"""A contract's Spark SQL has operators and deterministic functions of a row's own columns in it, and nothing else."""

from __future__ import annotations

import pytest

from contracts.expressions import column_names, columns_outside_aggregates, is_aggregate, parse_expression

ALLOWED = [
    "-a + b * 2 - c / 3 % 4",
    "a div 7",
    "(a > 1 and b <= 2) or not c",
    "a <=> b",
    "a != b or a == c",
    "a is null and b is not null and c is true or isnull(d)",
    "a is distinct from b",
    "a in ('x', 'y') and b not in (1, 2)",
    "a between date'2026-01-01' and timestamp'2026-12-31 23:59:59'",
    "a like 'A!_%' escape '!' or a ilike 'b%' or a rlike '^[0-9]+$' or regexp_like(a, 'x')",
    "a || '-' || concat(b, concat_ws('/', c, d))",
    "case when a then 1 when b then 2 else 3 end",
    "case a when 'x' then 1.5 else 1e3 end",
    "if(a, b, null)",
    "cast(a as decimal(14,2)) + try_cast(b as bigint) + c::int + double(d)",
    "coalesce(a, nvl(b, ifnull(c, nullif(d, 0))), nvl2(e, 1, 0))",
    "greatest(a, b) - least(a, b)",
    "abs(a) + sign(b) + power(a, 2) + sqrt(b) + mod(a, 2)",
    "ceil(a) + floor(b) + round(c, 2) + ln(d) + exp(e)",
    "try_add(a, try_divide(b, c)) > 0",
    "lower(a) = upper(b) and initcap(c) = d",
    "trim(a) || ltrim(b) || rtrim(c) || trim(both 'x' from d)",
    "substring(a, 1, 2) || substr(b from 2 for 3) || left(c, 1) || right(d, 1)",
    "length(a) + char_length(b) + locate('x', c) + instr(d, 'x') + position('x' in e)",
    "lpad(a, 5, '0') || rpad(b, 5, ' ')",
    "translate(replace(a, 'x', 'y'), 'áé', 'ae')",
    "startswith(a, 'x') or endswith(b, 'y') or contains(c, reverse(d))",
    "md5(a) = sha2(b, 256)",
    "regexp_replace(a, '[0-9]', '') || regexp_extract(b, '([0-9]+)', 1)",
    "date_format(a, 'yyyy-MM')",
    """date_format(a, "yyyy 'de' MMMM 'T'Q") || date_format(b, 'EEEE, d/M/yy HH:mm:ss.SSS')""",
    "to_date(a) > cast(b as date) or to_timestamp(c) > d",
    "trunc(a, 'WEEK') < date_trunc('MONTH', b)",
    "date_add(a, 7) > date_sub(b, 7)",
    "datediff(a, b) + timestampdiff(hour, c, d) + months_between(a, b)",
    "add_months(last_day(a), 3)",
    "year(a) * 100 + month(b) + quarter(c) + weekofyear(d)",
    "day(a) + dayofmonth(b) + dayofweek(c) + dayofyear(d) + hour(e) + minute(f) + second(g)",
    "extract(year from a)",
    "a + interval 1 day - interval '1-2' year to month",
    "count(*) + count(1) + count(distinct a, b) + count_if(c)",
    "sum(a) / avg(b) + max(c) - min(d)",
    "bool_and(a) or bool_or(b)",
    "median(a) - percentile(b, 0.9)",
    "coalesce(sum(a) filter (where b > 1), 0)",
    "sum(case when a then 1 else 0 end) > 10",
]


@pytest.mark.parametrize("sql", ALLOWED)
def test_operators_and_deterministic_functions_are_allowed(sql: str) -> None:
    parse_expression(sql)


REFUSED = {
    "(select max(a) from t)": "uses subquery",
    "a in (select b from t)": "uses subquery",
    "exists (select 1 from t)": "uses the function exists",
    "select a": "uses select",
    "sum(a) over ()": "uses window",
    "row_number() over (order by a)": "uses window",
    "lag(a) over (partition by b order by c)": "uses window",
    "uuid()": "uses the function uuid",
    "a || cast(rand() as string)": "uses the function rand",
    "randn()": "uses the function randn",
    "now()": "uses the function now",
    "a < current_timestamp": "uses the function current_timestamp",
    "datediff(current_date(), a)": "uses the function current_date",
    "unix_timestamp()": "uses the function unix_timestamp",
    "monotonically_increasing_id()": "uses the function monotonically_increasing_id",
    "first(a)": "uses the function first",
    "any_value(a)": "uses the function any_value",
    "collect_list(a)": "uses the function collect_list",
    "current_user()": "uses the function current_user",
    "input_file_name()": "uses the function input_file_name",
    "java_method('java.lang.System', 'exit', 0)": "uses the function java_method",
    "if(a, reflect('java.lang.System', 'getenv', 'KEY'), b)": "uses the function reflect",
    "secret('scope', 'key')": "uses the function secret",
    "read_files('/etc/passwd')": "uses the function read_files",
    "from_json(a, 'b int')": "uses the function from_json",
    "aes_decrypt(a, b)": "uses the function aes_decrypt",
    "raise_error('stop')": "uses the function raise_error",
    "explode(a)": "uses the function explode",
    "a lateral view explode(b) t": "is not Spark SQL",
    "*": "uses *",
    "count(distinct *)": "uses *",
    "sum(*)": "uses *",
    "count_if(*)": "uses *",
    "count(t.*)": "names t.*: a column stands alone, without its table",
    "t.a + 1": "names t.a: a column stands alone, without its table",
    "max(s.t.a)": "names s.t.a: a column stands alone, without its table",
    "mask_cpf(a)": "uses the function mask_cpf",
    "shop.mask_cpf(a)": "uses dot",
    "transform(a, x -> x + 1)": "uses the function transform",
    "a as b": "uses alias",
    "(a, b)": "uses tuple",
    "a; drop table t": "is more than one expression",
    "${key}": "uses parameter",
    ":key": "uses placeholder",
    "to_date(a, 'dd/MM/yyyy')": "uses to_date with a format: in silver a date is one already",
    "sum(a": "is not Spark SQL",
    "a +": "is not Spark SQL",
    "": "is not Spark SQL",
    "'${env:PII_HASH_KEY}'": "has ${",
    r"'\u0024{env:PII_HASH_KEY}'": "has ${",
    "'it''s'": "has two texts side by side",
    "a > date'today'": "has the text 'today'",
    "to_date(' Now ')": "reads ' Now ' as a date, which it is not",
    "count(* except (a))": "uses *",
    "week(a)": "uses the function week",
    "trunc(a, b)": "truncates to B",
    "round(a, -1)": "rounds to a number of decimals",
    "a like b": "uses like with a pattern that is no literal",
    "a rlike b": "uses rlike with a pattern that is no literal",
    "date_format(a, b)": "uses date_format with a pattern that is no literal",
    "regexp_extract(a, '([0-9]+)', 2)": "uses regexp_extract with group 2 of 1",
    "a rlike '('": "uses rlike with a pattern that is no regular expression: missing )",
    "regexp_replace(a, '[', 'x')": "uses regexp_replace with a pattern that is no regular expression",
    "date_format(a, 'YYYY-ww')": "uses date_format with Y, w in its pattern, which Spark does not have",
    "date_format(a, 'YYYY')": "uses date_format with Y in its pattern, which Spark does not have",
    "timestampdiff(fortnight, a, b)": "counts in FORTNIGHT: use one of YEAR",
    "extract(fortnight from a)": "extracts FORTNIGHT: use one of YEAR",
    "lpad(a, b, 'x')": "pads to a length that is no literal up to 1000",
    "lpad(a, 1000000000, 'x')": "pads to a length that is no literal up to 1000",
    "percentile(a, 2)": "uses percentile with a share that is no literal from 0 to 1",
    "sum(count(*))": "uses the function count within another aggregate",
    "floor(a, b)": "rounds to a number of decimals that is no literal from 0 on",
    "lpad(": "is not Spark SQL: Required keyword: '",
    "decode(a, 1, 2)": "uses the function decode, which is not allowed",
}


@pytest.mark.parametrize(("sql", "reason"), REFUSED.items())
def test_anything_else_is_refused_by_what_it_uses(sql: str, reason: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 (the message is looked at)
        parse_expression(sql)
    assert str(caught.value).startswith(reason)


COLUMNS: dict[str, set[str]] = {
    "1 + 2": set(),
    "count(*)": set(),
    "count(distinct a, b)": {"a", "b"},
    "case a when 'b' then c else d end": {"a", "c", "d"},
    "sum(a) filter (where b is null) / count(*)": {"a", "b"},
    "`odd name` in (a, \"b\", 'c')": {"odd name", "a"},
    "extract(year from a) + cast(b as int)": {"a", "b"},
    "date_trunc('month', a) + interval 1 day": {"a"},
}


@pytest.mark.parametrize(("sql", "names"), COLUMNS.items())
def test_the_columns_that_it_reads_are_found(sql: str, names: set[str]) -> None:
    assert column_names(parse_expression(sql)) == names


BESIDE: dict[str, set[str]] = {
    "sum(a) filter (where b) + count(*)": set(),
    "coalesce(max(a), 0) + min(upper(b))": set(),
    "sum(a) + b * c": {"b", "c"},
    "case when d then sum(a) end": {"d"},
}


@pytest.mark.parametrize(("sql", "names"), BESIDE.items())
def test_columns_beside_an_aggregate_are_found(sql: str, names: set[str]) -> None:
    tree = parse_expression(sql)
    assert is_aggregate(tree)
    assert columns_outside_aggregates(tree) == names


@pytest.mark.parametrize("sql", ["a", "greatest(a, b)", "if(a, 1, 0)", "1"])
def test_what_looks_at_one_row_is_no_aggregate(sql: str) -> None:
    assert not is_aggregate(parse_expression(sql))
