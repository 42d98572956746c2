"""A landing process that is killed with SIGKILL at any byte or turn, at its source or its storage account.

What the next run makes of it is what a run makes that nobody killed, and that is what the generator says.
"""

from __future__ import annotations

import secrets
import signal
import sys
from collections.abc import Iterator
from io import BytesIO
from random import Random

import polars as pl
import pytest
from adbc_driver_postgresql import dbapi
from polars.testing import assert_frame_equal

from sandbox.generator.customer_purchases.api_database import bring_api_database_to
from sandbox.generator.customer_purchases.growth import bring_store_database_to, drop_branch_files
from sandbox.generator.customer_purchases.row_versions import truth
from sandbox.generator.drop_places import DropContainer
from sandbox.generator.population import Population, SourceKind, source_of
from sandbox.home import REPOSITORY
from sandbox.parts.azurite import ACCOUNT
from sandbox.processes.ports import LOOPBACK, ports_of
from sandbox.processes.processes import Processes, Service
from sandbox.processes.readiness import answers
from tasks.land.landed import read_landed
from tasks.land.manifests import LoadRows, manifests
from tests.packaged_contracts import PURCHASES
from tests.tasks.deadly_proxy import Unit, Way
from tests.tasks.ingestions import new_container, records
from tests.tasks.landing_process import NOW, SMALL, Lake, land
from tests.tasks.landing_scene import Scene

pytestmark = [pytest.mark.services, pytest.mark.chaos]

POPULATION = Population(rows=400, seed=11, anchor=NOW)
KILLS = {"sample": 2, "all": 3}


@pytest.fixture(scope="module")
def database(database_url: str) -> tuple[str, str]:
    with dbapi.connect(database_url, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS public.purchases, sandbox_generations CASCADE")
    bring_store_database_to(1, POPULATION, PURCHASES, database_url)
    return database_url, ""


@pytest.fixture(scope="module")
def api(processes: Processes) -> Iterator[tuple[str, str]]:
    home, key = processes.home, secrets.token_hex(8)
    bring_api_database_to(1, POPULATION, PURCHASES, home.customers_api_database)
    port = ports_of(home, ["customers-api"], running=())["customers-api"]
    options = ["--database", str(home.customers_api_database), "--port", str(port), "--requests-per-second", "10000"]
    service = Service(
        name="customers-api",
        command=[sys.executable, "-m", "sandbox.customers_api", *options],
        environment={"CUSTOMERS_API_KEY": key},
        is_ready=lambda: answers(f"http://{LOOPBACK}:{port}/health", expected_status=200),
        folder=REPOSITORY,
    )
    processes.ensure(service)
    yield f"http://{LOOPBACK}:{port}/", key
    processes.stop("customers-api")


@pytest.fixture(scope="module")
def files(storage: str) -> tuple[str, str]:
    """Dropped into a container, so that they too come by a wire."""
    container = new_container(storage).container_name
    for generation in range(2):
        drop_branch_files(generation, POPULATION, PURCHASES, DropContainer(storage, container, "branches"))
    return f"abfss://{container}@{ACCOUNT}.dfs.core.windows.net/branches", storage


@pytest.fixture(scope="module", autouse=True)
def _small_parts() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SMALL.items():
            patch.setattr(name, value)
        yield


@pytest.fixture(scope="module", params=["database", "api", "files"])
def scene(request: pytest.FixtureRequest, storage: str, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """A source that a process has landed to its end."""
    url, key = request.getfixturevalue(request.param)
    kind = SourceKind[request.param.upper()]
    container = str(new_container(storage).container_name)
    lake = Lake(source=source_of(PURCHASES, kind).name, url=url, key=key, storage=storage, container=container)
    ports = {"source": _port(storage if kind is SourceKind.FILES else url), "storage": _port(storage)}
    scene = Scene(kind, lake, ports, tmp_path_factory.mktemp("files"))
    assert scene.run(lake) == 0
    return scene


def _port(url: str) -> int:
    return int(url.partition(f"{LOOPBACK}:")[2].partition("/")[0])


def _landed(lake: Lake) -> pl.DataFrame:
    columns = PURCHASES.column_names
    frames = [
        pl.read_csv(BytesIO(content), infer_schema=False)
        if name.endswith(".csv")
        else pl.read_ndjson(BytesIO(content), schema=dict.fromkeys(columns, pl.String))
        for load in manifests(lake.raw, PURCHASES, lake.declared)
        for name, content in [(file.name, lake.raw.read(file.name)) for file in load.files]
    ]
    return pl.concat([frame.select(columns) for frame in frames]).sort(columns)


def test_a_run_that_nobody_kills_lands_what_the_generator_says(scene: Scene) -> None:
    rows = truth(POPULATION, PURCHASES, scene.kind, range(2))
    expected = rows.filter(pl.col("outcome") != "quarantined").select(PURCHASES.column_names)
    assert_frame_equal(_landed(scene.lake), expected.sort(PURCHASES.column_names))
    assert _books(scene.lake) == LoadRows(
        extracted=rows.height, landed=expected.height, quarantined=rows.height - expected.height
    )
    turns = [passed[way, Unit.TURNS] for passed in scene.passed.values() for way in Way]
    assert min(turns) >= 3, turns


def _books(lake: Lake) -> LoadRows:
    """The source's totals, the landed and quarantined rows of them counted in the blobs."""
    return read_landed(lake.raw, PURCHASES, lake.declared, "run", NOW).totals


@pytest.mark.parametrize("unit", Unit)
@pytest.mark.parametrize("way", Way)
@pytest.mark.parametrize("place", ["source", "storage"])
def test_a_landing_process_that_is_killed_anywhere_ends_as_if_it_had_not_been(
    scene: Scene, request: pytest.FixtureRequest, storage: str, place: str, way: Way, unit: Unit
) -> None:
    chosen = Random(f"{request.config.getoption('chaos_seed')} {request.node.name}")
    whole, books = records(scene.lake.raw), _books(scene.lake)
    for _ in range(KILLS[request.config.getoption("chaos")]):
        after = chosen.randrange(scene.passed[place][way, unit])
        lake = scene.lake.model_copy(update={"container": new_container(storage).container_name})
        when = f"killed at {unit} {after} {way} of the {place}"
        assert scene.run(lake, place, way, unit, after) == -signal.SIGKILL, when
        land(lake)
        assert records(lake.raw) == whole, when
        assert _books(lake) == books, when
        assert land(lake) == [], when
