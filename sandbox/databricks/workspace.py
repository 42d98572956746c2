"""The jobs and runs of the workspace, kept as one JSON file each, so that a restart forgets nothing."""

from __future__ import annotations

import signal
import threading
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from sandbox.databricks.errors import invalid
from sandbox.databricks.job import REFERENCE, Job, JobSettings
from sandbox.databricks.run import LifeCycle, Result, Run, TaskRun, now_milliseconds
from sandbox.home import write_atomically
from sandbox.processes.process_trees import stop_trees

_FIRST_ID = 1000
_STOPPED = "The Jobs API was stopped while this run was going on"


class Workspace:
    """Jobs and runs by id. Whoever changes one holds ``lock`` and saves it."""

    def __init__(self, folder: Path) -> None:
        """Read what was saved in ``folder``; runs that the last process left going on are ended."""
        self.folder = folder
        self.lock = threading.RLock()
        self.jobs = {job.job_id: job for job in _read(folder / "jobs", Job)}
        self.runs = {run.run_id: run for run in _read(folder / "runs", Run)}
        for run in self.runs.values():
            if not run.state.is_finished and run.state.life_cycle_state is not LifeCycle.QUEUED:
                self._abandon(run)

    def job(self, job_id: int) -> Job:
        """The job of that id.

        Raises:
            ApiError: there is none.
        """
        if job_id not in self.jobs:
            raise invalid(f"Job {job_id} does not exist.")
        return self.jobs[job_id]

    def run(self, run_id: int) -> Run:
        """The job run of that id.

        Raises:
            ApiError: there is none.
        """
        if run_id not in self.runs:
            raise invalid(f"Run {run_id} does not exist.")
        return self.runs[run_id]

    def task_run(self, run_id: int) -> tuple[Run, TaskRun] | None:
        """The task run of that id with the job run it is a part of."""
        return next(((run, task) for run in self.runs.values() for task in run.tasks if task.run_id == run_id), None)

    def save_job(self, job_id: int | None, settings: JobSettings) -> Job:
        """Create a job, or give the job of that id new settings."""
        if job_id is None:
            job = Job(job_id=self._next_id(), created_time=now_milliseconds(), settings=settings)
        else:
            job = self.job(job_id).model_copy(update={"settings": settings})
        self.jobs[job.job_id] = job
        write_atomically(self.folder / "jobs" / f"{job.job_id}.json", job.model_dump_json(indent=2))
        return job

    def new_run(self, job: Job, parameters: Mapping[str, str], idempotency_token: str | None) -> Run:
        """Add a waiting run of the job with a run for each of its tasks."""
        run_id = self._next_id()
        run = Run(
            run_id=run_id,
            job_id=job.job_id,
            job_parameters={},
            idempotency_token=idempotency_token,
            settings=job.settings,
            tasks=[],
            run_page_url=self.task_folder(run_id).as_uri(),
        )
        self.runs[run_id] = run
        self._wait_for_start(run, [task.task_key for task in job.settings.tasks], parameters)
        return run

    def repair_run(self, run: Run, task_keys: Collection[str], parameters: Mapping[str, str]) -> int:
        """Have a finished run wait once more, with new attempts of those tasks; the repair's id."""
        run.past.append(run.round())
        run.repair_id, run.repair_start = self._next_id(), now_milliseconds()
        run.settings = self.job(run.job_id).settings  # as they are now
        self._wait_for_start(run, task_keys, parameters)
        return run.repair_id

    def _wait_for_start(self, run: Run, task_keys: Collection[str], parameters: Mapping[str, str]) -> None:
        known = job_references(run)
        run.job_parameters = {name: resolve(value, known) for name, value in parameters.items()}
        attempts = Counter(task.task_key for task in run.tasks)
        for task in run.settings.tasks:
            if task.task_key in task_keys:
                run.tasks.append(
                    TaskRun(
                        run_id=self._next_id(),
                        run_page_url=run.run_page_url,
                        attempt_number=attempts[task.task_key],
                        **task.model_dump(include=_TASK_FIELDS),
                    )
                )
        run.enter(LifeCycle.QUEUED)
        self.save_run(run)

    def startable_runs(self, job_id: int) -> list[Run]:
        """The job's waiting runs that may go on beside those that do, the oldest first."""
        unfinished = [run for run in self.runs.values() if run.job_id == job_id and not run.state.is_finished]
        waiting = [run for run in unfinished if run.state.life_cycle_state is LifeCycle.QUEUED]
        room = self.job(job_id).settings.max_concurrent_runs - (len(unfinished) - len(waiting))
        return sorted(waiting, key=lambda run: run.run_id)[: max(0, room)]

    def end_run(self, run: Run, life_cycle: LifeCycle, result: Result, message: str) -> None:
        """End a run that has not begun, and write it down."""
        for ended in (*run.current_tasks(), run):
            if not ended.state.is_finished:
                ended.enter(life_cycle, result, message)
        self.save_run(run)

    def save_run(self, run: Run) -> None:
        """Write the run down."""
        write_atomically(self.folder / "runs" / f"{run.run_id}.json", run.model_dump_json(indent=2))

    def task_folder(self, run_id: int) -> Path:
        """Where the tasks of a job run work and log."""
        return self.folder / "work" / str(run_id)

    def _next_id(self) -> int:
        of_runs = (used for run in self.runs.values() for used in _ids(run))
        return 1 + max([_FIRST_ID, *self.jobs, *of_runs])

    def _abandon(self, run: Run) -> None:
        for task in run.tasks:
            process = task.process.process() if task.process else None
            if process:
                stop_trees([(process, signal.SIGTERM)])
            if not task.state.is_finished:
                task.enter(LifeCycle.INTERNAL_ERROR, Result.FAILED, _STOPPED)
        run.enter(LifeCycle.INTERNAL_ERROR, Result.FAILED, _STOPPED)
        self.save_run(run)


def job_references(run: Run) -> dict[str, str]:
    """What the references to a job and its run stand for, by name."""
    return {
        "job.id": str(run.job_id),
        "job.name": run.settings.name,
        "job.run_id": str(run.run_id),
        "job.repair_count": str(len(run.past)),
    }


def resolve(text: str, known: Mapping[str, str]) -> str:
    """The text with what its references stand for."""
    return REFERENCE.sub(lambda reference: known[reference[1]], text)


def _ids(run: Run) -> Iterator[int]:
    yield run.run_id
    yield from (task.run_id for task in run.tasks)
    yield from (repair for repair in (*(one.id for one in run.past), run.repair_id) if repair)


_TASK_FIELDS = {"task_key", "depends_on", "python_wheel_task", "job_cluster_key"}


Saved = TypeVar("Saved", bound=BaseModel)


def _read(folder: Path, model: type[Saved]) -> list[Saved]:
    folder.mkdir(parents=True, exist_ok=True)
    return [model.model_validate_json(file.read_bytes()) for file in sorted(folder.glob("*.json"))]
