"""A whole sandbox in a home of its own, whose purchases have a fourth source; it is stopped when its tests are over."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.folder import PACKAGED_CONTRACTS
from tests.end_to_end.running_sandbox import RunningSandbox

OUTLET = "outlet-files"
"""The fourth source: it is in the sandbox's contract only, and not the generator's business."""
OUTLET_FILE = """\
customer_id;first_name;last_name;email;purchase_date;total_amount;product;store_location;cpf;credit_card_number
outlet-1;Ana;Lima;ana.lima@example.com;24/11/2025;R$ 1.250,00;Cafeteira;Recife;529.982.247-25;
outlet-2;Rui;Melo;rui.melo@example.com;23/11/2025;99,90;Chaleira;Recife;529.982.247-25;4111111111111111
outlet-3;Eva;Dias;eva.dias@example.com;23/11/2025;10,00;Caneca;Recife;111.111.111-11;
outlet-4;;;;;10,00;Caneca;Recife;529.982.247-25;
outlet-5;Bia;Reis;bia.reis@example.com;22/11/2025;1000,00;Balança;Belém;52998224725;
"""


@pytest.fixture(scope="session")
def contracts_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packaged contracts, purchases with one more entry under `servers`, and nothing else."""
    folder = tmp_path_factory.mktemp("contracts")
    for file in PACKAGED_CONTRACTS.glob("*.odcs.yaml"):
        shutil.copy(file, folder)
    file = folder / "customer_purchases.odcs.yaml"
    document = yaml.safe_load(file.read_text())
    branch_files = next(server for server in document["servers"] if server["server"] == "branch-files")
    properties = [item for item in branch_files["customProperties"] if item["property"] != "connection"]
    outlet = branch_files | {"server": OUTLET, "path": "${OUTLET_FILES_URL}/*.csv"}
    outlet["customProperties"] = [*properties, {"property": "connection", "value": {"url": "OUTLET_FILES_URL"}}]
    document["servers"].append(outlet)
    file.write_text(yaml.safe_dump(document, allow_unicode=True))
    return folder


@pytest.fixture(scope="session")
def outlet_folder(new_home: Callable[[], Path]) -> Path:
    folder = new_home()
    (folder / "outlet.csv").write_text(OUTLET_FILE)
    return folder


@pytest.fixture(scope="session")
def sandbox(new_home: Callable[[], Path], contracts_folder: Path, outlet_folder: Path) -> Iterator[RunningSandbox]:
    given = {"DATAMASTER_ROWS": "3000", "DATAMASTER_CONTRACTS": str(contracts_folder)}
    given["OUTLET_FILES_URL"] = outlet_folder.as_uri()
    running = RunningSandbox(new_home(), given)
    yield running
    running.command("sandbox", "down")


@pytest.fixture(scope="session")
def first_run(sandbox: RunningSandbox) -> dict[str, Any]:
    """The purchases' first run: what it printed begins with its summary's title."""
    printed = sandbox.command("sandbox", "run").stdout
    summary = (sandbox.home / "summaries" / "customer-purchases.md").read_text()
    assert summary.splitlines()[0].removeprefix("# ✅ ") in printed
    return sandbox.summary("customer-purchases")
