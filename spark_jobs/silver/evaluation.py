"""Bronze rows to silver: typed, checked against every rule, masked, split into valid and rejected ones."""

from __future__ import annotations

from functools import reduce
from operator import and_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as sf

from contracts.columns import Column as ContractColumn
from contracts.columns import Masking
from contracts.contract import Contract
from contracts.logical_types import LogicalType
from contracts.rules import Cpf, Rule, Severity
from contracts.transformations import in_order
from spark_jobs.silver.identities import has, identities, without_identities, without_long_numbers
from spark_jobs.silver.masking import digits, keyed_hash, masked_email, redacted, with_key_pads
from spark_jobs.silver.parsing import parse_by_source
from spark_jobs.silver.rules import Value, accepts, cpf_number
from spark_jobs.silver.texts import meant_by_source, trimmed
from spark_jobs.silver.times import utc_day
from spark_jobs.tables.columns import BROKEN_RULES, DELETED_AT, INGESTION_TIMESTAMP, ORIGIN, RESCUED_DATA, SOURCE
from spark_jobs.tables.expressions import of_its_type, scalar

SOURCE_UNKNOWN = "source: known"
"""Label of the rule that a row must come from one of the contract's sources: no other has formats to read it by."""

PERSONAL_DATA = "personal_data"
"""Name of the rule that a column which is not masked holds nobody's CPF, card number or e-mail address."""

BROKEN_WARNINGS = "_broken_warnings"
_TRIMMED, _PARSED, _LANDED, _CPF_NUMBER = "_trimmed_", "_parsed_", "_landed_", "_cpf_number_"
_IDENTITIES = "_identities_"
_NUMBERS, _TIMES = {LogicalType.INTEGER, LogicalType.NUMBER}, {LogicalType.DATE, LogicalType.TIMESTAMP}


def evaluated(bronze: DataFrame, contract: Contract, pads: DataFrame) -> DataFrame:
    """Bronze's rows with what silver needs to know of each.

    Args:
        bronze: bronze's columns; further ones are kept.
        contract: columns, rules and sources.
        pads: the key pads of `spark_jobs.silver.masking.key_pads`.

    Returns:
        Silver's columns (typed where the text parses; masked, or redacted where they identify persons; derived),
        `_landed_‹column›` with a rejected row's text as landed of every typed column, `broken_rules`,
        `_broken_warnings`, and the further columns of `bronze`.
    """
    further = [name for name in bronze.columns if name not in {*contract.column_names, RESCUED_DATA.name}]
    typed = [column for column in contract.columns if column.logical_type is not LogicalType.STRING]
    meanings = _with_meanings(bronze, contract)
    trimmed_texts = meanings.select("*", *(trimmed(sf.col(c.name)).alias(_TRIMMED + c.name) for c in contract.columns))
    cpfs = [rule.column for rule in contract.rules if any(isinstance(check, Cpf) for check in rule.checks)]
    parsed = trimmed_texts.select(
        "*",
        *(_parsed(c, contract).alias(_PARSED + c.name) for c in typed),
        *(cpf_number(sf.col(name)).alias(_CPF_NUMBER + name) for name in cpfs),
    )
    with_identities = parsed.select(
        "*", *(_identities(c).alias(_IDENTITIES + c.name) for c in contract.columns if _is_searched(c))
    )
    checked = with_identities.select(
        "*",
        _labels_of_broken(contract, Severity.ERROR).alias(BROKEN_RULES.name),
        _labels_of_broken(contract, Severity.WARNING).alias(BROKEN_WARNINGS),
    )
    masked = with_key_pads(checked, pads).select(
        *(_silver_or_deletion_value(c, contract).alias(c.silver_name) for c in contract.columns),
        *further,
        *(_landed_if_rejected(c).alias(_LANDED + c.name) for c in typed),
        BROKEN_RULES.name,
        BROKEN_WARNINGS,
    )
    return with_derived_columns(masked, contract)


def _with_meanings(bronze: DataFrame, contract: Contract) -> DataFrame:
    """Bronze's rows with what their sources mean by their texts, and the typed columns' texts as they were landed."""
    landed = {_LANDED + c.name: sf.col(c.name) for c in contract.columns if c.logical_type is not LogicalType.STRING}
    meanings = {
        c.name: meant_by_source(sf.col(c.name), c, sf.col(SOURCE.name), contract.sources) for c in contract.columns
    }
    said = {name: meaning for name, meaning in meanings.items() if meaning is not None}
    return bronze.withColumns(landed | said)


def _landed_if_rejected(column: ContractColumn) -> Column:
    return sf.when(sf.size(BROKEN_RULES.name) > 0, sf.col(_LANDED + column.name))


def with_derived_columns(silver: DataFrame, contract: Contract) -> DataFrame:
    """Silver's rows with the columns that the contract derives from silver's others."""
    for column in in_order(contract.table.derived_columns):
        silver = silver.select("*", of_its_type(scalar(column), column))
    return silver


def valid_rows(evaluated_rows: DataFrame, contract: Contract) -> DataFrame:
    """Rows that break no rule, but for deletions: silver's columns."""
    names = [column.silver_name for column in contract.table.columns]
    is_valid = sf.size(BROKEN_RULES.name) == 0
    valid = evaluated_rows.where(is_valid & ~_is_deletion() if contract.tells_deletions else is_valid)
    return valid.select(*names, *(column.name for column in ORIGIN))


def deletions(evaluated_rows: DataFrame, contract: Contract) -> DataFrame:
    """Deletions whose key breaks no rule: the columns of silver's table of what was deleted."""
    names = [column.silver_name for column in contract.table.deletion_columns]
    valid = evaluated_rows.where((sf.size(BROKEN_RULES.name) == 0) & _is_deletion())
    return valid.select(*names, *(column.name for column in ORIGIN))


def rejected_rows(evaluated_rows: DataFrame, contract: Contract) -> DataFrame:
    """Rows that break a rule: silver's columns, typed ones as the text that was landed, and `broken_rules`.

    Text is redacted: a record whose values slipped into the wrong columns must not leak a CPF.
    """
    return as_rejected(evaluated_rows.where(sf.size(BROKEN_RULES.name) > 0), contract)


def as_rejected(evaluated_rows: DataFrame, contract: Contract, landed: str = _LANDED) -> DataFrame:
    """The rows as the table of rejected rows has them, `landed` being before the names of texts as they were landed."""
    texts = [_rejected_value(column, landed).alias(column.silver_name) for column in contract.columns]
    return evaluated_rows.select(*texts, *(column.name for column in ORIGIN), BROKEN_RULES.name)


def _is_deletion() -> Column:
    return sf.col(DELETED_AT.name).isNotNull()


def _parsed(column: ContractColumn, contract: Contract) -> Column:
    return parse_by_source(sf.col(_TRIMMED + column.name), column, sf.col(SOURCE.name), contract.sources)


def _value(column: ContractColumn) -> Value:
    is_text = column.logical_type is LogicalType.STRING
    return Value(
        text=sf.col(column.name),
        trimmed=sf.col(_TRIMMED + column.name),
        parsed=None if is_text else sf.col(_PARSED + column.name),
        cpf_number=sf.col(_CPF_NUMBER + column.name),
    )


def _labels_of_broken(contract: Contract, severity: Severity) -> Column:
    columns = {column.name: column for column in contract.columns}
    rules = [rule for rule in contract.rules if rule.severity is severity]
    broken = [_label_unless(_keeps_or_lacks(rule, columns[rule.column], contract), rule.label) for rule in rules]
    if severity is Severity.ERROR:
        known = sf.coalesce(sf.col(SOURCE.name).isin([source.name for source in contract.sources]), sf.lit(False))
        broken.append(_label_unless(known, SOURCE_UNKNOWN))
    # A key without what identifies would be another key: its row is rejected, any other text is redacted.
    searched = [c for c in contract.columns if _is_searched(c) and c.primary_key is (severity is Severity.ERROR)]
    broken += [_label_unless(~has(sf.col(_IDENTITIES + c.name)), f"{c.name}: {PERSONAL_DATA}") for c in searched]
    return sf.array_remove(sf.array(*broken), "")


def _is_searched(column: ContractColumn) -> bool:
    """Whether it must hold nobody's CPF, card number or e-mail address: a text or a key that no mask hides."""
    if column.masking:
        return False
    if column.primary_key:
        return column.logical_type in {LogicalType.STRING, *_NUMBERS} and not column.may_identify_persons
    return column.logical_type is LogicalType.STRING


def _identities(column: ContractColumn) -> Column:
    return identities(sf.col(_TRIMMED + column.name), cards=not column.primary_key)


def _label_unless(accepted: Column, label: str) -> Column:
    """Empty when accepted: `array_remove` is compiled, while `array_compact` interprets all that it is given."""
    return sf.when(accepted, "").otherwise(label)


def _keeps(rule: Rule, column: ContractColumn) -> Column:
    value, day = _value(column), utc_day(sf.col(INGESTION_TIMESTAMP.name))
    return reduce(and_, (accepts(check, value, day) for check in rule.checks))


def _keeps_or_lacks(rule: Rule, column: ContractColumn, contract: Contract) -> Column:
    """Whether the row keeps the rule; of a deletion only the key is there that could."""
    kept = _keeps(rule, column)
    return kept if column.primary_key or not contract.tells_deletions else _is_deletion() | kept


def _silver_or_deletion_value(column: ContractColumn, contract: Contract) -> Column:
    """The value in silver; a row that is gone does not tell its last change, which is then when it was found gone."""
    value = _silver_value(column)
    if not contract.tells_deletions or column.name != contract.table.latest_by:
        return value
    deleted_at = sf.col(DELETED_AT.name).try_cast("timestamp")
    match column.logical_type:
        case LogicalType.TIMESTAMP:
            return sf.coalesce(value, deleted_at)
        case LogicalType.DATE:
            return sf.coalesce(value, utc_day(deleted_at))
    return value


def _silver_value(column: ContractColumn) -> Column:
    match column.masking:
        case Masking.KEYED_HASH:
            number_or_text = digits(sf.col(column.name)) if column.is_of_digits else sf.col(_TRIMMED + column.name)
            return keyed_hash(number_or_text)
        case Masking.EMAIL:
            return masked_email(sf.col(_TRIMMED + column.name))
    if _is_searched(column) and not column.primary_key:
        return without_identities(sf.col(_TRIMMED + column.name), sf.col(_IDENTITIES + column.name))
    return _value(column).typed.cast(column.spark_type)


def _rejected_value(column: ContractColumn, prefix: str) -> Column:
    if column.masking:
        return sf.col(column.silver_name)
    if _is_searched(column) and not column.primary_key:
        return redacted(sf.col(column.silver_name))
    if column.logical_type is LogicalType.STRING:
        return redacted(without_long_numbers(sf.col(column.silver_name)))
    landed = sf.col(prefix + column.name)
    if column.logical_type in _TIMES:
        return sf.when(sf.col(column.silver_name).isNotNull(), landed).otherwise(redacted(without_long_numbers(landed)))
    return redacted(without_long_numbers(landed))
