"""One more `servers` entry is a fourth source, on a sandbox that is killed in the middle of its first run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
import yaml

from contracts.reader import DEFAULT_CONTRACT, read_contract
from sandbox.generator.command_line import population_of
from tests.end_to_end import expectation
from tests.end_to_end.running_sandbox import RunningSandbox

pytestmark = pytest.mark.end_to_end

OUTLET_FILE = """\
customer_id;first_name;last_name;email;purchase_date;total_amount;product;store_location;cpf;credit_card_number
outlet-1;Ana;Lima;ana.lima@example.com;24/11/2025;R$ 1.250,00;Cafeteira;Recife;529.982.247-25;
outlet-2;Rui;Melo;rui.melo@example.com;23/11/2025;99,90;Chaleira;Recife;529.982.247-25;4111111111111111
outlet-3;Eva;Dias;eva.dias@example.com;23/11/2025;10,00;Caneca;Recife;111.111.111-11;
"""


@pytest.fixture(scope="module")
def contract_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The contract with one more entry under `servers`, and the schedule every source has."""
    document = yaml.safe_load(DEFAULT_CONTRACT.read_text())
    branch_files = next(server for server in document["servers"] if server["server"] == "branch-files")
    properties = [item for item in branch_files["customProperties"] if item["property"] != "connection"]
    outlet = branch_files | {"server": "outlet-files", "path": "${OUTLET_FILES_URL}/*.csv"}
    outlet["customProperties"] = [*properties, {"property": "connection", "value": {"url": "OUTLET_FILES_URL"}}]
    document["servers"].append(outlet)
    file = tmp_path_factory.mktemp("contract") / "customer_purchases.odcs.yaml"
    file.write_text(yaml.safe_dump(document, allow_unicode=True))
    return file


@pytest.fixture(scope="module")
def sandbox(new_home: Callable[[], Path], contract_file: Path) -> Iterator[RunningSandbox]:
    outlet = new_home()
    (outlet / "outlet.csv").write_text(OUTLET_FILE)
    given = {"DATAMASTER_ROWS": "400", "DATAMASTER_CONTRACT": str(contract_file), "OUTLET_FILES_URL": outlet.as_uri()}
    running = RunningSandbox(new_home(), given)
    yield running
    running.command("sandbox", "down")


@pytest.fixture(scope="module")
def tables(sandbox: RunningSandbox, tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    """The tables after a run that was killed with everything around it, and a second one that went through."""
    interrupted = sandbox.start("sandbox", "run")
    _wait_until_silver_is_running(sandbox, interrupted.poll)
    interrupted.kill()
    sandbox.command("sandbox", "down")
    interrupted.wait()
    sandbox.command("sandbox", "run")
    assert sandbox.summary()["problems"] == []
    return sandbox.tables(tmp_path_factory.mktemp("tables"))


def _wait_until_silver_is_running(sandbox: RunningSandbox, ended: object) -> None:
    """Bronze's log has appeared when bronze is done or nearly so: the kill comes between bronze and gold."""
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        if any("silver" in str(path) for path in (sandbox.home / "databricks").rglob("*")):
            return
        time.sleep(0.2)
    raise AssertionError(f"the run never got to silver: {ended}")


def test_run_after_the_kill_gives_what_one_run_would_have_given(
    sandbox: RunningSandbox, tables: dict[str, pl.DataFrame]
) -> None:
    population, generation = population_of(sandbox.home)
    found = expectation.versions(population, read_contract(), generation)
    landed = found.filter(pl.col("outcome") != "quarantined")
    bronze = tables["bronze.customer_purchases"].filter(pl.col("source") != "outlet-files")
    assert bronze.height == landed.height
    silver = tables["silver.customer_purchases"].filter(pl.col("source") != "outlet-files")
    valid = found.filter(pl.col("outcome") == "valid")
    assert silver.height == valid.select("customer_id", "purchase_date_value").n_unique()


def test_fourth_source_is_accounted_for_like_the_others(
    sandbox: RunningSandbox, tables: dict[str, pl.DataFrame]
) -> None:
    assert tables
    books = sandbox.summary()["books"]
    assert len(books) == len(read_contract().sources) + 1
    assert books["outlet-files"] == {
        "extracted": 3,
        "landed": 3,
        "quarantined": 0,
        "bronze": 3,
        "silver": 2,
        "rejected": 1,
        "superseded": 0,
    }


def test_fourth_source_reaches_gold(tables: dict[str, pl.DataFrame]) -> None:
    gold = tables["gold.store_monthly_sales"]
    november = gold.filter(pl.col("store_location") == "Recife", pl.col("purchase_month") == "2025-11")
    silver = tables["silver.customer_purchases"].filter(
        pl.col("store_location") == "Recife", pl.col("purchase_date").dt.strftime("%Y-%m") == "2025-11"
    )
    assert silver.filter(pl.col("source") == "outlet-files").height == 2
    assert november["total_purchases"].item() == silver.height
    assert november["high_value_purchases"].item() == silver["high_value_purchase"].sum()
