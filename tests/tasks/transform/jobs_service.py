"""A real HTTPS server that answers as the Jobs API documents, and goes wrong when it is told to."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from contracts.job_report import TaskReport, TransformedRows
from tests.tasks.scripted_api import Answer, answer

JOB_ID, UPKEEP_JOB_ID = 11, 12
PREFIX = "/api/2.2/jobs/"


@dataclass
class JobsService:
    """A dataset's job, that of its upkeep where there is one, and their runs by id.

    Each run has the bronze rows that it would report; a running one is over when asked again.
    `begun_beside` is the job of which another run begins at the moment that one is started.
    `faults` are what the next requests get in place of an answer; `asked` are the endpoints of all requests.
    """

    contract_digest: str = ""
    jobs: list[dict[str, Any]] = field(default_factory=lambda: [{"job_id": JOB_ID}])
    upkeep_jobs: list[dict[str, Any]] = field(default_factory=list)
    begun_beside: int | None = None
    runs: dict[int, dict[str, Any]] = field(default_factory=dict)
    bronze_after: int = 10
    files: dict[str, tuple[int, int]] = field(default_factory=dict)
    result: str = "SUCCESS"
    outputs: dict[int, dict[str, Any]] = field(default_factory=dict)
    faults: list[Answer] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    started: list[dict[str, Any]] = field(default_factory=list)
    repaired: list[dict[str, Any]] = field(default_factory=list)
    cancelled: list[int] = field(default_factory=list)
    endless: bool = False
    address: str = ""

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        body = json.loads(handler.rfile.read(int(handler.headers.get("Content-Length", 0))) or b"{}")
        endpoint = parts.path.removeprefix(PREFIX)
        self.asked.append(endpoint)
        self.tokens.append(str(handler.headers["Authorization"]).removeprefix("Bearer "))
        if self.faults:
            self.faults.pop(0)(handler)
        else:
            self._answer(endpoint, dict(parse_qsl(parts.query)) | body)(handler)

    def _answer(self, endpoint: str, asked: dict[str, Any]) -> Answer:  # noqa: C901, PLR0911 (one for each endpoint)
        match endpoint:
            case "list":
                named = {"etl-customer-purchases": self.jobs, "upkeep-customer-purchases": self.upkeep_jobs}
                return answer({"jobs": named.get(asked["name"], [])})
            case "runs/list":
                active = asked.get("active_only") == "true"
                goes_on = ("RUNNING", "QUEUED")
                runs = [r for r in self.runs.values() if r["job_id"] == int(asked["job_id"])]
                runs = [r for r in runs if (r["state"]["life_cycle_state"] in goes_on) is active]
                return answer({"runs": runs[::-1]})
            case "runs/get":
                return answer(self._advanced(int(asked["run_id"])))
            case "runs/get-output":
                return answer(self.outputs[int(asked["run_id"])])
            case "runs/cancel":
                self.cancelled.append(asked["run_id"])
                if self.runs[asked["run_id"]]["job_id"] == UPKEEP_JOB_ID:  # those of the other go on, to be overdue
                    self.runs[asked["run_id"]]["state"] = {"life_cycle_state": "TERMINATED", "result_state": "CANCELED"}
                return answer({})
            case "runs/repair":
                self.repaired.append(asked)
                run = self.runs[asked["run_id"]]
                run["state"] = {"life_cycle_state": "RUNNING"}
                run["repair_history"].append({"type": "REPAIR", "id": 500 + len(self.repaired)})
                return answer({"repair_id": 500 + len(self.repaired)})
            case "run-now":
                known = [one.get("idempotency_token") for one in self.started]
                self.started.append(asked)
                if asked["idempotency_token"] in known:
                    return answer({"run_id": max(self.runs)})
                parameters = {"ingestion_id": "", **asked.get("job_parameters", {})}
                run_id = self.add("RUNNING", self.bronze_after, **parameters)
                self.runs[run_id]["job_id"] = asked["job_id"]
                if self.begun_beside:
                    self.runs[self.add("RUNNING", self.bronze_after)]["job_id"] = self.begun_beside
                return answer({"run_id": run_id})
        raise AssertionError(f"unexpected call of {endpoint}")

    def add(self, life_cycle: str, bronze_rows: int, result: str = "SUCCESS", **parameters: str) -> int:
        """A run whose bronze succeeds, and whose gold has the result."""
        run_id = len(self.runs) + 1
        total = {"store-database": TransformedRows(bronze=bronze_rows)}
        report = TaskReport(
            task="bronze",
            seconds=1,
            total=total,
            contract_digest=self.contract_digest,
            files_before_and_after=self.files,
        )
        state = {"life_cycle_state": life_cycle}
        ended = {"life_cycle_state": "TERMINATED", "result_state": "SUCCESS"}
        bronze = {"run_id": run_id * 10, "task_key": "bronze", "state": ended, "start_time": 1000, "end_time": 3500}
        gold = {"run_id": run_id * 10 + 1, "task_key": "gold", "state": ended | {"result_state": result}}
        self.outputs[run_id * 10] = {"logs": f"starting\n{report.result_line()}\n"}
        self.outputs[run_id * 10 + 1] = {"logs": "", "error": "" if result == "SUCCESS" else "the cluster is gone"}
        self.runs[run_id] = {
            "run_id": run_id,
            "job_id": JOB_ID,
            "run_page_url": f"https://workspace/run/{run_id}",
            "state": state | ({"result_state": result} if life_cycle == "TERMINATED" else {}),
            "job_parameters": [{"name": name, "default": "", "value": value} for name, value in parameters.items()],
            "tasks": [bronze, gold],
            "repair_history": [{"type": "ORIGINAL"}],
        }
        return run_id

    def _advanced(self, run_id: int) -> dict[str, Any]:
        """The run as asked for; a running one is over the next time."""
        run: dict[str, Any] = json.loads(json.dumps(self.runs[run_id]))
        if run["state"]["life_cycle_state"] == "RUNNING" and not self.endless:
            self.runs[run_id]["state"] = {"life_cycle_state": "TERMINATED", "result_state": self.result}
            self.runs[run_id]["tasks"][1]["state"]["result_state"] = self.result
        return run


@contextmanager
def served(service: JobsService, tls: ssl.SSLContext) -> Iterator[JobsService]:
    """The service at an address of its own, for as long as the context lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            service(self)

        do_POST = do_GET  # noqa: N815 (the name is the server's)

        def log_message(self, *_args: object) -> None:
            """Keep quiet."""

    with _QuietServer(("127.0.0.1", 0), Handler) as server:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        service.address = f"127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_request: object) -> None:
        """Clients that hang up are part of the tests."""
