"""The few requests to the Kubernetes API that a node makes, and that tests make beside kubectl."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

MERGE = "application/merge-patch+json"
_QUIET_SECONDS = 30
"""After this the server ends a watch on which nothing happens, so that whoever reads it can see that it should stop."""


@dataclass
class KubernetesApi:
    """A client with one token."""

    url: str
    token: str
    trust: ssl.SSLContext
    _client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        headers = {"Authorization": f"Bearer {self.token}"}
        self._client = httpx.Client(
            base_url=self.url, headers=headers, verify=self.trust, trust_env=False, timeout=httpx.Timeout(30)
        )

    def get(self, path: str, **parameters: str) -> dict[str, Any]:
        """One object, or a list of them.

        Raises:
            httpx.HTTPStatusError: the API refuses it.
        """
        return self._answer(self._client.get(path, params=parameters))

    def create(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The object as the API made it."""
        return self._answer(self._client.post(path, json=body))

    def patch(self, path: str, change: dict[str, Any]) -> dict[str, Any] | None:
        """The object with the change merged in; None if it is gone."""
        response = self._client.patch(path, content=json.dumps(change), headers={"Content-Type": MERGE})
        return None if response.status_code == httpx.codes.NOT_FOUND else self._answer(response)

    def delete(self, path: str, *, grace_seconds: int | None = None, uid: str | None = None) -> None:
        """Delete an object if it is (still) there."""
        options: dict[str, Any] = {"propagationPolicy": "Background"}
        options |= {} if grace_seconds is None else {"gracePeriodSeconds": grace_seconds}
        options |= {"preconditions": {"uid": uid}} if uid else {}
        response = self._client.request("DELETE", path, json=options)
        if response.status_code not in {httpx.codes.NOT_FOUND, httpx.codes.CONFLICT}:
            response.raise_for_status()

    def watch(self, path: str, **parameters: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """What there is as ADDED, then every change until the server ends the watch."""
        listed = self.get(path, **parameters)
        for item in listed["items"]:
            yield "ADDED", item
        since = {"watch": "true", "timeoutSeconds": str(_QUIET_SECONDS)}
        since["resourceVersion"] = listed["metadata"]["resourceVersion"]
        with self._client.stream("GET", path, params={**parameters, **since}, timeout=_QUIET_SECONDS + 10) as response:
            for line in response.iter_lines():
                event = json.loads(line)
                yield event["type"], event["object"]

    @staticmethod
    def _answer(response: httpx.Response) -> dict[str, Any]:
        if response.is_error:
            message = f"{response.request.method} {response.request.url.path}: {response.text}"
            raise httpx.HTTPStatusError(message, request=response.request, response=response)
        answer: dict[str, Any] = response.json()
        return answer


def pod_path(pod: dict[str, Any]) -> str:
    """The path of a pod."""
    metadata = pod["metadata"]
    return f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"
