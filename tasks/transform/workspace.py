"""A Databricks workspace, asked through the official SDK: who asks, how long a question may take, what a failure means.

The SDK makes the requests, reads the pages and knows which failures may pass. The waiting between tries is done here,
because the SDK's own retries know no 502, and sleep for as long as a `Retry-After` says, whatever the deadline.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

import requests
import stamina
from databricks.sdk import WorkspaceClient
from databricks.sdk.clock import RealClock
from databricks.sdk.config import Config, ConfigAttribute
from databricks.sdk.errors.base import DatabricksError
from databricks.sdk.mixins.jobs import JobsExt

from tasks.deadlines import JOBS_API_ANSWER_SECONDS, JOBS_API_CALL_SECONDS
from tasks.transform.workspace_failures import TryAgain, failure, may_pass
from tasks.transform.workspace_identity import EntraIdentity, PersonalAccessToken

Answer = TypeVar("Answer")


class Workspace:
    """The Jobs API of one workspace; good for hours, because every request brings a token that is still valid."""

    def __init__(self, host: str, token: str | None, call_seconds: float = JOBS_API_CALL_SECONDS) -> None:
        """Nothing is asked yet.

        Args:
            host: name of the workspace's host, with a port if need be; reached over https, its certificate verified.
            token: a personal access token; None: the workload's own Entra identity.
            call_seconds: how long all tries for one question may take.
        """
        self._identity = PersonalAccessToken(token) if token else EntraIdentity()
        self._call_seconds = call_seconds
        config = _ConfigOfBlock(
            host=f"https://{host}",
            credentials_strategy=self._identity,
            http_timeout_seconds=min(call_seconds, JOBS_API_ANSWER_SECONDS),
            clock=_HandingOver(),
        )
        self._jobs: JobsExt = WorkspaceClient(config=config).jobs

    def ask(self, what: str, question: Callable[[JobsExt], Answer], seconds: float | None = None) -> Answer:
        """What Databricks answers, asked again as long as that can help.

        Args:
            what: the endpoint, for messages.
            question: one call of the SDK; asked again, it must do no harm.
            seconds: how long all tries may take; None: as long as any question to this workspace.

        Raises:
            DatabricksUnavailable: no good answer in that time.
            AccessRefused: there is no token, it is rejected, or its owner may not do this.
            MisconfiguredError: the request is refused, or whoever answers is no workspace.
        """
        seconds = self._call_seconds if seconds is None else seconds
        ends_at = time.monotonic() + seconds

        def wait_for_next_try(error: Exception) -> bool | float:
            if isinstance(error, TryAgain) and error.is_asked_for:
                return error.seconds if time.monotonic() + error.seconds < ends_at else False
            return may_pass(error)

        try:
            return stamina.retry(on=wait_for_next_try, attempts=None, timeout=seconds)(question)(self._jobs)
        except (TryAgain, DatabricksError, requests.RequestException) as error:
            raise failure(what, error, remedy=self._identity.remedy) from None


class _HandingOver(RealClock):
    """A clock by which the SDK never waits between tries: it hands the failure over, and how long it would have waited.

    It calls `sleep` while it handles the failure, which thereby becomes the `__context__` of what is raised.
    """

    def sleep(self, seconds: float) -> None:
        raise TryAgain(seconds)


class _ConfigOfBlock(Config):
    """The SDK's configuration from the block document alone.

    Neither variables that happen to be set (`ARM_…`, `DATABRICKS_…`) nor `~/.databrickscfg` have a say, and the host is
    not asked for metadata first: that question has a retry of its own, which knows none of our deadlines.
    """

    @classmethod
    def attributes(cls) -> Iterable[ConfigAttribute]:
        return Config.attributes()  # it looks for them in the class itself

    def _load_from_env(self) -> None: ...

    def _known_file_config_loader(self) -> None: ...

    def _resolve_host_metadata(self) -> None: ...
