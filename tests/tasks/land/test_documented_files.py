"""The example of docs/sources.md is what it says: its file lands by its entry."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from contracts.contract import Contract
from contracts.reader import read_contract
from tasks.land.expected_files import missing_files
from tasks.land.manifests import LoadRows
from tasks.land.raw_container import RawContainer
from tests.contracts.documents import document, written
from tests.tasks.ingestions import from_files

pytestmark = pytest.mark.services

PAGE = (Path(__file__).parents[3] / "docs" / "sources.md").read_text(encoding="utf-8").partition("## Files")[2]


@pytest.fixture
def documented(tmp_path: Path) -> Contract:
    """The purchases' contract with the page's entry in place of its own."""
    content = document()
    entry = yaml.safe_load(re.findall("```yaml\n(.*?)```", PAGE, re.DOTALL)[0])
    content["servers"] = [server for server in content["servers"] if server["server"] != entry["server"]] + [entry]
    return read_contract(written(tmp_path, content))


def test_the_documented_file_lands_by_the_documented_entry(
    documented: Contract, folder: Path, raw: RawContainer
) -> None:
    text = re.findall("```text\n(.*?)```", PAGE, re.DOTALL)[0]
    (folder / "sul").mkdir()
    (folder / "sul" / "vendas-2026-01-31.csv").write_bytes(text.replace("\n", "\r\n").encode("cp1252"))

    (report,) = from_files(documented, folder)(raw)

    assert report.manifest.rows == LoadRows(extracted=2, landed=2, quarantined=0)
    assert raw.read(report.manifest.files[0].name).decode().splitlines()[-2:] == [
        'C1,Conceição,Silva,c@example.com,31/01/2026,"R$ 1.234,56",Pão,São Paulo,529.982.247-25,,',
        'C2,João,Lima,j@example.com,31/01/2026,"99,90",Café,Belém,529.982.247-25,,',
    ]
    assert [path.relative_to(folder).as_posix() for path in folder.rglob("*.csv")] == [
        "processed/sul/vendas-2026-01-31.csv"
    ]
    assert from_files(documented, folder)(raw) == []


def test_expected_files_that_did_not_come_are_named_once_their_day_is_over(
    documented: Contract, folder: Path, raw: RawContainer
) -> None:
    text = re.findall("```text\n(.*?)```", PAGE, re.DOTALL)[0]
    (folder / "sul").mkdir()
    for day in ("30", "31"):
        content = text.replace("31/01/2026", f"{day}/01/2026").encode("cp1252")
        (folder / "sul" / f"vendas-2026-01-{day}.csv").write_bytes(content)
    from_files(documented, folder)(raw)
    source = documented.source("branch-files")
    north, south = "norte/vendas-{yyyy-MM-dd}.csv", "sul/vendas-{yyyy-MM-dd}.csv"
    january = date(2026, 1, 30), date(2026, 1, 31)

    assert missing_files(raw, documented, source, date(2026, 1, 30)) == {}
    assert missing_files(raw, documented, source, date(2026, 2, 1)) == {north: january}
    february = date(2026, 2, 1)
    assert missing_files(raw, documented, source, date(2026, 2, 2)) == {
        north: (*january, february),
        south: (february,),
    }
    assert missing_files(raw, documented, documented.source("store-database"), date(2026, 2, 2)) == {}
