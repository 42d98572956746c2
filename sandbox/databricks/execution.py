"""Runs the tasks of one job run as processes, each after the tasks it depends on, on the clusters that they share."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from pathlib import Path

import psutil

from sandbox.databricks.cluster import Cluster, ClusterError
from sandbox.databricks.run import LifeCycle, Result, Run, TaskRun, now_milliseconds
from sandbox.databricks.waiting_rows import submit_arguments, taken_since, waiting_bytes
from sandbox.databricks.workspace import Workspace, job_references, resolve
from sandbox.processes.process_trees import ProcessIdentity, stop_trees

_RUNNER = Path(__file__).with_name("wheel_task.py")
_ACCOUNT = "AZURE_STORAGE_CONNECTION_STRING"
_NOT_FOR_TASKS = frozenset({"DATABRICKS_TOKEN", _ACCOUNT})
_log = logging.getLogger(__name__)
_FAILED = "Workload failed, see run output for details"


def log_file(workspace: Workspace, run: Run, task: TaskRun) -> Path:
    """What the task wrote to its standard streams."""
    return workspace.task_folder(run.run_id) / f"{_attempt(task)}.log"


def failure_file(workspace: Workspace, run: Run, task: TaskRun) -> Path:
    """The exception that ended the task, if one did."""
    return workspace.task_folder(run.run_id) / f"{_attempt(task)}.failure.json"


def _attempt(task: TaskRun) -> str:
    return f"{task.task_key}.{task.attempt_number}" if task.attempt_number else task.task_key


@dataclass
class Execution:
    """One job run going on in threads of its own; `then` is called once it has ended."""

    workspace: Workspace
    run: Run
    then: Callable[[], None]
    _cancelled: threading.Event = field(default_factory=threading.Event)
    _processes: dict[str, psutil.Process] = field(default_factory=dict)
    _clusters: dict[str, Cluster] = field(default_factory=dict)

    def start(self) -> None:
        """Begin and return."""
        threading.Thread(target=self._run, name=f"run-{self.run.run_id}", daemon=True).start()

    def cancel(self) -> None:
        """Have the run end as cancelled; its processes are stopped in the background."""
        with self.workspace.lock:
            self._cancelled.set()
            self._enter(self.run, LifeCycle.TERMINATING)
            running = [(process, int(signal.SIGTERM)) for process in self._processes.values()]
        threading.Thread(target=self._stop, args=[running], daemon=True).start()

    def _run(self) -> None:
        try:
            self._start_clusters()
            self._run_tasks()
        except ClusterError as error:
            self._give_up(str(error))
        except Exception as error:  # noqa: BLE001  nobody waits for this thread: without a final state it ran for ever
            _log.exception("run %s", self.run.run_id)
            self._give_up(f"The Jobs API failed: {type(error).__name__}: {error}")
        finally:
            self._stop([])
            self.then()

    def _stop(self, running: list[tuple[psutil.Process, int]]) -> None:
        stop_trees(running)
        for cluster in self._clusters.values():
            cluster.stop()

    def _give_up(self, message: str) -> None:
        with self.workspace.lock:
            for task in self._unfinished():
                self._enter(task, LifeCycle.INTERNAL_ERROR, Result.FAILED, message)
            self._enter(self.run, LifeCycle.INTERNAL_ERROR, Result.FAILED, message)

    def _start_clusters(self) -> None:
        needs_cluster = any(task.job_cluster_key for task in self._unfinished())
        environment = _environment() | ({"PYSPARK_SUBMIT_ARGS": self._submit_arguments()} if needs_cluster else {})
        with self.workspace.lock:
            if self._cancelled.is_set():
                return
            self._enter(self.run, LifeCycle.RUNNING)
            tasks = self._unfinished()
            for task in tasks:
                self._enter(task, LifeCycle.BLOCKED if task.depends_on else LifeCycle.PENDING)
            keys = {task.job_cluster_key for task in tasks if task.job_cluster_key}
            folder = self.workspace.task_folder(self.run.run_id)
            self._clusters |= {key: Cluster(folder / key, environment) for key in sorted(keys)}
        for cluster in self._clusters.values():
            try:
                cluster.attachment()
            except ClusterError:
                if not self._cancelled.is_set():
                    raise

    def _submit_arguments(self) -> str:
        with self.workspace.lock:
            since = taken_since(self.workspace.runs.values(), self.run.job_id)
        return submit_arguments(waiting_bytes(os.environ.get(_ACCOUNT, ""), since))

    def _run_tasks(self) -> None:
        tasks = {task.task_key: task for task in self.run.current_tasks()}
        order = TopologicalSorter(self.run.settings.dependencies())
        order.prepare()
        with ThreadPoolExecutor(max_workers=len(tasks)) as pool:
            going_on: dict[Future[None], str] = {}
            while order.is_active():
                going_on |= {pool.submit(self._run_task, tasks[key]): key for key in order.get_ready()}
                for done in wait(going_on, return_when=FIRST_COMPLETED).done:
                    order.done(going_on.pop(done))
                    done.result()
        with self.workspace.lock:
            self._enter(self.run, *_overall(self.run.current_tasks()))

    def _unfinished(self) -> list[TaskRun]:
        """The tasks that this execution is there for: in a repair, the others have succeeded before."""
        return [task for task in self.run.current_tasks() if not task.state.is_finished]

    def _run_task(self, task: TaskRun) -> None:
        if task.state.is_finished:
            return None
        upstream = {one.task_key for one in task.depends_on}
        results = {other.state.result_state for other in self.run.current_tasks() if other.task_key in upstream}
        with self.workspace.lock:
            if self._cancelled.is_set():
                return self._enter(task, LifeCycle.TERMINATED, Result.CANCELED, "Run cancelled.")
            if results - {Result.SUCCESS}:
                cancelled = results <= {Result.SUCCESS, Result.CANCELED, Result.UPSTREAM_CANCELED}
                result = Result.UPSTREAM_CANCELED if cancelled else Result.UPSTREAM_FAILED
                return self._enter(task, LifeCycle.SKIPPED, result, "An upstream task did not succeed.")
            try:
                process = self._start(task)
            except OSError as error:
                return self._enter(task, LifeCycle.INTERNAL_ERROR, Result.FAILED, f"Could not be started: {error}")
        return self._finish(task, process)

    def _start(self, task: TaskRun) -> subprocess.Popen[bytes]:
        log = log_file(self.workspace, self.run, task)
        log.parent.mkdir(parents=True, exist_ok=True)
        wheel = task.python_wheel_task
        known = _references(self.run, task)
        arguments = [f"--{name}={resolve(value, known)}" for name, value in wheel.named_parameters.items()]
        failure = str(failure_file(self.workspace, self.run, task))
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [sys.executable, "-P", str(_RUNNER), failure, wheel.package_name, wheel.entry_point, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
                cwd=log.parent,
                env=self._environment_of(task),
            )
        task.process = ProcessIdentity.of(process.pid)
        task.start_time = now_milliseconds()
        self._processes[task.task_key] = psutil.Process(process.pid)
        self._enter(task, LifeCycle.RUNNING)
        return process

    def _environment_of(self, task: TaskRun) -> dict[str, str]:
        cluster = self._clusters.get(task.job_cluster_key or "")
        return _environment() | (cluster.attachment() if cluster else {})

    def _finish(self, task: TaskRun, process: subprocess.Popen[bytes]) -> None:
        timed_out = False
        try:
            status = process.wait(self._seconds_left(task))
        except subprocess.TimeoutExpired:
            timed_out = True
            stop_trees([(self._processes[task.task_key], signal.SIGTERM)])
            status = process.wait()
        with self.workspace.lock:
            del self._processes[task.task_key]
            if self._cancelled.is_set():
                self._enter(task, LifeCycle.TERMINATED, Result.CANCELED, "Run cancelled.")
            elif timed_out:
                self._enter(task, LifeCycle.TERMINATED, Result.TIMEDOUT, "Run timed out.")
            elif status:
                self._enter(task, LifeCycle.TERMINATED, Result.FAILED, _FAILED)
            else:
                self._enter(task, LifeCycle.TERMINATED, Result.SUCCESS)

    def _seconds_left(self, task: TaskRun) -> float | None:
        settings = self.run.settings
        own = next(one.timeout_seconds for one in settings.tasks if one.task_key == task.task_key)
        elapsed = (now_milliseconds() - self.run.round().start_time) / 1000
        limits = [float(own)] if own else []
        limits += [max(0.0, settings.timeout_seconds - elapsed)] if settings.timeout_seconds else []
        return min(limits, default=None)

    def _enter(
        self, changed: Run | TaskRun, life_cycle: LifeCycle, result: Result | None = None, message: str = ""
    ) -> None:
        changed.enter(life_cycle, result, message)
        self.workspace.save_run(self.run)


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _NOT_FOR_TASKS}


def _references(run: Run, task: TaskRun) -> Mapping[str, str]:
    return {
        **job_references(run),
        "task.name": task.task_key,
        "task.run_id": str(task.run_id),
        **{f"job.parameters.{name}": value for name, value in run.job_parameters.items()},
    }


def _overall(tasks: list[TaskRun]) -> tuple[LifeCycle, Result, str]:
    """A job run's final state as Databricks derives it from its tasks: it names the first that failed."""
    results = {task.state.result_state for task in tasks}
    if Result.CANCELED in results:
        return LifeCycle.TERMINATED, Result.CANCELED, "Run cancelled."
    for result in (Result.FAILED, Result.TIMEDOUT):
        failed = next((task for task in tasks if task.state.result_state is result), None)
        if failed:
            skipped = " This caused all downstream tasks to get skipped." if Result.UPSTREAM_FAILED in results else ""
            message = f"Task {failed.task_key} failed with message: {failed.state.state_message}.{skipped}"
            return LifeCycle.INTERNAL_ERROR, result, message
    return LifeCycle.TERMINATED, Result.SUCCESS, ""
