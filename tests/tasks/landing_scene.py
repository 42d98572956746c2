"""A source and a storage account that landing processes use by way of proxies, which may kill them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.generator.population import SourceKind
from sandbox.home import REPOSITORY
from tests.tasks.deadly_proxy import DeadlyProxy, Death, Unit, Way, deadly_proxy
from tests.tasks.landing_process import Lake


@dataclass(frozen=True)
class Scene:
    """A source, the ports of the servers, and what a run that nobody killed lands and sends."""

    kind: SourceKind
    lake: Lake
    ports: dict[str, int]
    folder: Path
    passed: dict[str, dict[tuple[Way, Unit], int]] = field(default_factory=dict)

    def run(self, lake: Lake, place: str = "", way: Way = Way.THERE, unit: Unit = Unit.TURNS, after: int = 0) -> int:
        """Run a landing process behind proxies, the one before that place being deadly; its status."""
        with ExitStack() as stack:
            proxies = {name: stack.enter_context(deadly_proxy(port)) for name, port in self.ports.items()}
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.tasks.landing_process"],
                stdin=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=REPOSITORY,
                env={**os.environ, "PYTHONPATH": str(REPOSITORY), "TMPDIR": str(self.folder)},
            )
            stack.callback(process.kill)
            if place:
                proxies[place].death = Death(way, unit, after, lambda: (process.kill(), process.wait()))
            told = process.communicate(self._through(lake, proxies).model_dump_json().encode(), timeout=300)
            assert process.returncode in {0, -signal.SIGKILL}, told[1].decode()
        self.passed.update({name: dict(proxy.passed) for name, proxy in proxies.items()} if not place else {})
        return process.returncode

    def _through(self, lake: Lake, proxies: dict[str, DeadlyProxy]) -> Lake:
        def moved(text: str, place: str) -> str:
            return text.replace(f":{self.ports[place]}/", f":{proxies[place].port}/")

        changes = {"url": moved(lake.url, "source"), "key": moved(lake.key, "source")}
        return lake.model_copy(update=changes | {"storage": moved(lake.storage, "storage")})
