# ruff: noqa: E501 (rows of a table)
"""Every way in which a contract can be wrong is told in one line: the file, the path inside it, and the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.problems import ContractError
from contracts.reader import read_contract
from tests.contracts.documents import Change, Document, column, custom, document, written


def _set(path: str, value: object) -> Change:
    """Puts a value at a path such as `schema.0.properties.3.quality`; None takes away what is there."""

    def change(content: Document) -> None:
        *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        owner = content
        for step in steps:
            owner = owner[step]  # type: ignore[index]  # a list's place or a mapping's key
        if value is None:
            del owner[last]
        else:
            owner[last] = value

    return change


def _set_custom(path: str, name: str, value: object) -> Change:
    """Puts a value into `customProperties` at a path; None takes the entry away."""

    def change(content: Document) -> None:
        owner = content
        for step in path.split("."):
            owner = owner[int(step) if step.isdigit() else step]  # type: ignore[index]
        if value is None:
            owner["customProperties"].remove(custom(owner, name))
        else:
            custom(owner, name)["value"] = value

    return change


def _add_custom(path: str, name: str, value: object) -> Change:
    """Appends an entry to `customProperties` at a path."""

    def change(content: Document) -> None:
        owner = content
        for step in path.split("."):
            owner = owner[int(step) if step.isdigit() else step]  # type: ignore[index]
        owner["customProperties"].append({"property": name, "value": value})

    return change


def _on_column(name: str, table: int = 0, **values: object) -> Change:
    def change(content: Document) -> None:
        column(content, name, table).update(values)

    return change


def _logic(name: str, logic: str, table: int = 1) -> Change:
    return _on_column(name, table, transformLogic=logic)


def _quality(name: str, **entry: object) -> Change:
    return _on_column(name, quality=[entry])


def _name_source_twice(content: Document) -> None:
    content["servers"][1]["server"] = "store-database"


def _hash_without_name(content: Document) -> None:
    del column(content, "cpf")["encryptedName"]


def _invent_a_check(content: Document) -> None:
    column(content, "cpf")["quality"][0]["implementation"]["check"] = "cpf_like"


def _take_the_key_away(content: Document) -> None:
    for name in ("customer_id", "purchase_date"):
        del column(content, name)["primaryKey"], column(content, name)["primaryKeyPosition"]


def _compute_every_column(content: Document) -> None:
    content["schema"] = content["schema"][1:]


def _name_a_column_as_a_mask(content: Document) -> None:
    column(content, "product")["name"] = "cpf_masked"


def _two_severities_of_one_rule(content: Document) -> None:
    column(content, "email")["quality"][0]["severity"] = "warning"


def _forget_the_scale(content: Document) -> None:
    del column(content, "total_amount")["logicalTypeOptions"]["multipleOf"]
    del column(content, "total_revenue", 1)["logicalTypeOptions"]


def _invent_a_custom_property(content: Document) -> None:
    content["servers"][0]["customProperties"].append({"property": "dedupe", "value": True})


def _misspell_a_word(content: Document) -> None:
    column(content, "product")["descripton"] = "Name of the product bought."


PRODUCT, SALES = "schema[0].properties[6]", "schema[1].properties"

BREAKAGES: list[tuple[Change, str, str]] = [
    (_set("servers.0.type", "postgers"), "servers[0]", "expected tags: 'postgres', 'api', 'local'"),
    (_set_custom("servers.1", "connection", None), "servers[1].customProperties.connection", "Field required"),
    (_set_custom("servers.1", "connection", {"url": "A_URL"}), "servers[1]", "needs a key in its connection"),
    (_set_custom("servers.0", "keyField", None), "servers[0].customProperties.keyField", "Field required"),
    (_set_custom("servers.0", "dateFormat", "YYYY/MM/dd"), "servers[0].customProperties.dateFormat", "has the field YYYY"),
    (_set_custom("servers.0", "amountFormat", "1 234"), "servers[0].customProperties.amountFormat", "'1234.56'"),
    (_set("servers.1.location", "https://shop/v1"), "servers[1]", "location must begin with ${CUSTOMERS_API_URL}"),
    (_set("servers.2.path", "${BRANCH_FILES_URL}*.csv"), "servers[2]", "path must be ${BRANCH_FILES_URL}/ and a pattern"),
    (_set("servers.2.path", "${BRANCH_FILES_URL}/a/../*.csv"), "servers[2]", "is no pattern of names below a folder"),
    (_set("servers.2.path", "${BRANCH_FILES_URL}/{yyyy-MM}.csv"), "servers[2]", "must name yyyy, MM and dd once each"),
    (_set("servers.2.path", "${BRANCH_FILES_URL}/{yyyyTMMdd}.csv"), "servers[2]", "must name yyyy, MM and dd once each"),
    (_add_custom("servers.2", "dialect", {"delimiter": "a"}), "servers[2].customProperties.dialect.delimiter", "should match pattern"),
    (_add_custom("servers.2", "dialect", {"delimiter": ";;"}), "servers[2].customProperties.dialect.delimiter", "should match pattern"),
    (_add_custom("servers.2", "dialect", {"quoteChar": ";"}), "servers[2].customProperties.dialect.quoteChar", "should match pattern"),
    (_add_custom("servers.2", "dialect", {"encoding": "ansi"}), "servers[2].customProperties.dialect.encoding", "'utf-8', 'utf-16'"),
    (_add_custom("servers.2", "dialect", {"skipRows": 2}), "servers[2].customProperties.dialect.skipRows", "Extra inputs are not"),
    (_add_custom("servers.2", "dialect", {"commentPrefix": '"'}), "servers[2].customProperties.dialect", "begins with the quoteChar"),
    (_add_custom("servers.2", "dialect", {"commentPrefix": "#;", "delimiter": ";"}), "servers[2].customProperties.dialect", "has the delimiter ';' in it"),
    (_add_custom("servers.2", "dialect", {"escapeChar": "\\", "quoteChar": ""}), "servers[2].customProperties.dialect", "escapeChar needs a quoteChar"),
    (_add_custom("servers.2", "dialect", {"commentPrefix": "tot", "totalsLine": "Total"}), "servers[2].customProperties.dialect", "is a comment already"),
    (_add_custom("servers.2", "listedDays", 3), "servers[2]", "listedDays needs a path with a date in a folder's name"),
    (_add_custom("servers.2", "expectedFiles", {"names": ["sul/*.csv"], "since": "2026-01-01"}), "servers[2]", "of which no file is one of path"),
    (_add_custom("servers.2", "expectedFiles", {"names": ["*.csv"]}), "servers[2].customProperties.expectedFiles.since", "Field required"),
    (_add_custom("servers.2", "moveLandedTo", "../x"), "servers[2].customProperties.moveLandedTo", "should match pattern"),
    (_add_custom("servers.2", "fieldPaths", {"cpf": ["CPF", "E-Mail"], "email": "e-mail"}), "servers[2].customProperties.fieldPaths", "'e-mail' stand for two things"),
    (_add_custom("servers.2", "ignoredFields", ["Produto", "PRODUCT"]), "servers[2].customProperties.fieldPaths", "'product' stand for two things"),
    (_set_custom("servers.1", "fieldPaths", {"cpf": ["a", "b"]}), "servers[1]", "gives cpf several names, which files alone may have"),
    (_set("servers.0.server", "Store DB"), "servers[0].server", "should match pattern"),
    (_set_custom("servers.1", "fieldPaths", {"colour": "c"}), "servers[1].customProperties", "unknown column colour"),
    (_set("servers", []), "servers", "at least 1 item"),
    (_name_source_twice, "servers", "source store-database is there 2 times"),
    (_invent_a_custom_property, "servers[0].customProperties.dedupe", "Extra inputs are not permitted"),
    (_misspell_a_word, f"{PRODUCT}.descripton", "Extra inputs are not permitted"),
    (_hash_without_name, "schema[0].properties[8]", "cpf needs both encryptedName and masking keyed_hash"),
    (_invent_a_check, "schema[0].properties[8].quality[0].implementation", "'cpf_like' found using 'check' does not"),
    (_set_custom("schema.0", "maxLandingErrorRatio", 20), "schema[0].customProperties.maxLandingErrorRatio", "less than"),
    (_set_custom("schema.0", "clusterBy", ["shop"]), "schema[0].customProperties.clusterBy", "unknown column shop"),
    (_set_custom("schema.0", "latestBy", "email"), "schema[0].customProperties.latestBy", "email is masked"),
    (_set_custom("schema.0", "clusterBy", ["high_value_purchase"]), "schema[0].customProperties.clusterBy", "is boolean or personal"),
    (_set_custom("schema.0", "latestBy", "changed"), "schema[0].customProperties.latestBy", "unknown column changed"),
    (_on_column("email", classification="personnal"), "schema[0].properties[3].classification", "'internal', 'personal'"),
    (_on_column("product", classification=None), PRODUCT, "needs a classification"),
    (_set("schema.0.properties.6.name", "source"), PRODUCT, "source is a column that the lakehouse adds itself"),
    (_on_column("product", logicalType="array"), f"{PRODUCT}.logicalType", "'string', 'date', 'timestamp'"),
    (_on_column("product", physicalType="varchar(20)"), PRODUCT, "varchar(20) is no physicalType of a string: use string"),
    (_on_column("total_amount", physicalType="decimal(2,2)"), "schema[0].properties[5]", "decimal(p,s) with s < p"),
    (_on_column("total_amount", logicalTypeOptions={"multipleOf": 0.05}), "schema[0].properties[5]", "must be 1, 0.1"),
    (_on_column("product", logicalTypeOptions={"minimum": 1}), PRODUCT, "minimum 1 cannot be rendered for a string"),
    (_on_column("product", logicalTypeOptions={"pattern": "(?=a)"}), PRODUCT, "logicalTypeOptions.pattern uses assert"),
    (_on_column("product", logicalTypeOptions={"pattern": "a("}), PRODUCT, "is no regular expression"),
    (_on_column("product", logicalTypeOptions={"format": "uri"}), PRODUCT, "'uri' cannot be rendered for a string"),
    (_on_column("purchase_date", logicalTypeOptions={"maximum": "31/12/2026"}), "schema[0].properties[4]", "is no date"),
    (_quality("product", metric="invalidValues", mustBe=0), PRODUCT, "invalidValues needs arguments"),
    (_quality("product", metric="nullValues"), f"{PRODUCT}.quality[0]", "needs one operator, such as mustBe"),
    (_quality("product", metric="freshness", mustBe=0), f"{PRODUCT}.quality[0].metric", "'nullValues', 'missingValues'"),
    (_quality("product", type="sql", query="SELECT 1", mustBe=0), f"{PRODUCT}.quality[0].type", "'library' or 'custom'"),
    (_quality("product", type="custom", engine="soda", implementation="x"), f"{PRODUCT}.quality[0].engine", "'datamaster'"),
    (_quality("total_amount", metric="duplicateValues", mustBe=0, customProperties=[{"property": "stage", "value": "landing"}]), "schema[0].properties[5]", "duplicates are looked for in a table"),
    (_quality("cpf", metric="invalidValues", mustBeLessThan=5, arguments={"pattern": "1"}), "schema[0].properties[8]", "silver holds a mask of cpf"),
    (_two_severities_of_one_rule, "schema[0].properties[3]", "rule email: email_valid is there with two stages or"),
    (_take_the_key_away, "schema[0].properties", "need a primaryKey"),
    (_on_column("email", primaryKey=True), "schema[0].properties", "primaryKey email is masked as an e-mail address"),
    (_name_a_column_as_a_mask, "schema[0].properties", "column cpf_masked is there 2 times"),
    (_compute_every_column, "schema", "needs one table with columns from the sources"),
    (_logic("total_revenue", "sum(total_amount"), f"{SALES}[3].transformLogic", "is not Spark SQL"),
    (_logic("total_revenue", "sum(amount)"), f"{SALES}[3].transformLogic", "reads the unknown column amount"),
    (_logic("total_revenue", "sum(cpf)"), f"{SALES}[3].transformLogic", "reads the unknown column cpf"),
    (_logic("total_purchases", "count(*) over ()"), f"{SALES}[2].transformLogic", "uses window, which is not allowed"),
    (_logic("total_purchases", "(select 1)"), f"{SALES}[2].transformLogic", "uses subquery, which is not allowed"),
    (_logic("store_location", "java_method('java.lang.System', 'exit', 0)"), f"{SALES}[0].transformLogic", "the function java_method"),
    (_logic("store_location", "upper(uuid())"), f"{SALES}[0].transformLogic", "uses the function uuid"),
    (_logic("store_location", "max(store_location)"), f"{SALES}[0].transformLogic", "a key is computed from one row"),
    (_logic("store_location", "t.store_location"), f"{SALES}[0].transformLogic", "a column stands alone, without its table"),
    (_logic("total_purchases", "sum(total_amount) + high_value_purchases"), f"{SALES}[2].transformLogic", "reads high_value_purchases beside an aggregate"),
    (_logic("total_purchases", "max(store_location)"), f"{SALES}[2].transformLogic", "is of type string, and total_purchases of type integer"),
    (_logic("average_purchase_value", "total_revenue / purchases"), f"{SALES}[4].transformLogic", "unknown measure purchases"),
    (_logic("average_purchase_value", "average_purchase_value + 1"), f"{SALES}[4].transformLogic", "reads itself in a circle"),
    (_logic("total_purchases", "42"), f"{SALES}[2].transformLogic", "reads no column"),
    (_forget_the_scale, f"{SALES}[3].transformLogic", "adds up total_amount, which is not exact: declare its decimals"),
    (_logic("high_value_purchase", "sum(total_amount) > 1000", 0), "schema[0].properties[11].transformLogic", "is an aggregate"),
    (_logic("high_value_purchase", "total_amount + 1", 0), "schema[0].properties[11].transformLogic", "is of type double, and high_value_purchase of type boolean"),
    (_on_column("store_location", 1, transformSourceObjects=["returns"]), f"{SALES}[0].transformLogic", "gold is computed from customer_purchases alone"),
    (_set("schema.0.quality", [{"metric": "rowCount", "mustBe": 1, "unit": "percent"}]), "schema[0].quality[0]", "counts rows in percent"),
    (_set("schema.0.quality", [{"metric": "duplicateValues", "mustBe": 0}]), "schema[0].quality[0]", "needs arguments: properties"),
    (_set("schema.0.quality", [{"metric": "rowCount", "mustBeBetween": [5, 1]}]), "schema[0].quality[0]", "has bounds of which the first"),
    (_set("schema.0.quality", [{"metric": "rowCount", "mustBe": 1}, {"metric": "rowCount", "mustNotBe": 2}]), "schema[0]", "check rowCount is there 2 times"),
    (_set("schema.1.quality", [{"metric": "rowCount", "mustBe": 1, "customProperties": [{"property": "stage", "value": "landing"}]}]), "schema[1].quality[0]", "nothing is landed in a gold table"),
    (_quality("high_value_purchase", metric="nullValues", mustBeLessThan=5, customProperties=[{"property": "stage", "value": "landing"}]), "schema[0].properties[11]", "is computed, and not there at landing"),
    (_quality("cpf", type="custom", engine="datamaster", implementation={"check": "cpf"}, mustBeLessThan=5, unit="percent"), "schema[0].properties[8].quality[0]", "is a rule of every row"),
    (_quality("product", metric="invalidValues", mustBe=0, arguments={"validValues": []}), f"{PRODUCT}.quality[0].arguments.validValues", "at least 1 item"),
    (_set("slaProperties.0.schedule", "0 5 * *"), "slaProperties[0].schedule", "must be a cron expression of 5 fields"),
    (_set("slaProperties.0.schedule", "0 25 * * *"), "slaProperties[0].schedule", "must be a cron expression of 5 fields"),
    (_set("slaProperties.0.schedule", "0 5 31 2 *"), "slaProperties[0].schedule", "names days there are"),
    (_set("slaProperties.4.value", "Mars/Olympus"), "slaProperties[4].value", "Mars/Olympus is no time zone"),
    (_set("slaProperties.1.element", "store"), "slaProperties[1].element", "store is neither the dataset nor one of its"),
    (_set("slaProperties.0", {"property": "frequency", "value": 1, "element": "branch-files", "scheduler": "cron", "schedule": "0 5 * * *"}), "slaProperties", "must give the frequency of customer_purchases"),
    (_set("slaProperties.6.unit", "m"), "slaProperties[6]", "must give retention of raw in whole days"),
    (_set("apiVersion", "v2.2.2"), "apiVersion", "must be an ODCS version v3.x.y"),
    (_set("apiVersion", "v3.banana"), "apiVersion", "must be an ODCS version v3.x.y"),
    (_set("kind", "Banana"), "kind", "Input should be 'DataContract'"),
    (_set("version", "banana"), "version", "should match pattern"),
    (_on_column("email", primaryKeyPosition=2), "schema[0].properties[3]", "primaryKeyPosition, which only a primaryKey has"),
    (_on_column("customer_id", primaryKeyPosition=-7), "schema[0].properties[0]", "primaryKeyPosition, which only a primaryKey has"),
    (_on_column("customer_id", primaryKeyPosition=2), "schema[0].properties", "primaryKeyPosition 2 is there 2 times"),
    (_on_column("product", logicalTypeOptions={"minLength": 5, "maxLength": 3}), PRODUCT, "allow no value: at least 5 and at most 3"),
    (_on_column("total_amount", logicalTypeOptions={"minimum": 5, "exclusiveMaximum": 3, "multipleOf": 0.01}), "schema[0].properties[5]", "allow no value: at least 5 and at most 3"),
    (_on_column("product", logicalTypeOptions={"minLength": -3}), PRODUCT, "-3 is less than 0"),
    (_on_column("product", logicalType="integer", physicalType="int", logicalTypeOptions={"multipleOf": 0}), PRODUCT, "0 is less than 1"),
    (_quality("product", metric="nullValues", mustBeLessThan=500, unit="percent"), f"{PRODUCT}.quality[0]", "has more than 100 percent"),
    (_set("servers.0.customProperties.0", {"property": "table", "value": "again"}), "servers[0]", "has the custom property table more than once"),
    (_set("servers.0.customProperties.0", {"property": "connection"}), "servers[0]", "has the custom property connection without a value"),
    (_set("schema.0.customProperties", [{"property": "clusterBy", "value": ["purchase_date", "purchase_date"]}]), "schema[0].customProperties.clusterBy", "column purchase_date is there 2 times"),
    (_set("slaProperties.7.value", 365), "slaProperties", "timeToCoolTier of raw is not before its retention ends"),
    (_set("name", 5), "name", "put it in quotes"),
    (_set("sources", []), "sources", "Extra inputs are not permitted"),
    (_set("name", "Customer Purchases"), "name", "should match pattern"),
    (_set("version", None), "version", "Field required"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("breakage", "path", "reason"), BREAKAGES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_broken_contract_is_refused_with_file_path_and_reason(
    tmp_path: Path, breakage: Change, path: str, reason: str
) -> None:
    broken = document()
    breakage(broken)
    file = written(tmp_path, broken)
    with pytest.raises(ContractError) as caught:
        read_contract(file)
    lines = str(caught.value).splitlines()
    assert [line for line in lines if line.startswith(f"{file}: {path}: ") and reason in line], lines
    assert len(lines) == len(set(lines))


def test_all_problems_are_named_at_once(tmp_path: Path) -> None:
    broken = document()
    for change in (
        _set("servers.0.type", "postgers"),
        _set_custom("schema.0", "maxLandingErrorRatio", 20),
        _on_column("email", classification="personnal"),
    ):
        change(broken)
    with pytest.raises(ContractError) as caught:
        read_contract(written(tmp_path, broken))
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "cannot be read"),
        ("a: [", "is not YAML"),
        ("- a\n- b\n", "must be a YAML mapping"),
        ("name: a\nversion: 1\nname: b\n", "has name twice in the mapping that begins in line 1"),
        (b"name: \xff", "is not YAML"),
    ],
    ids=["missing", "not-yaml", "not-a-mapping", "key-twice", "not-utf-8"],
)
def test_unusable_file_is_refused(tmp_path: Path, content: str | bytes | None, reason: str) -> None:
    file = tmp_path / "contract.odcs.yaml"
    if content is not None:
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(ContractError, match=reason):
        read_contract(file)
