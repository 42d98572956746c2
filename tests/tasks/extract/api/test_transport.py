"""What is logged of exchanges with an API holds nothing secret."""

from __future__ import annotations

import logging

import httpx
import pytest

from tasks.extract.api.transport import keep_secrets_out_of_logs
from tests.tasks.scripted_api import answer, serve


def test_requests_are_logged_without_their_queries(caplog: pytest.LogCaptureFixture) -> None:
    keep_secrets_out_of_logs()
    with serve(answer({})) as api, caplog.at_level(logging.DEBUG):
        httpx.get(f"{api.url}/v1/purchases", params={"key": "sesame"}, headers={"Cookie": "sesame"})
    assert "/v1/purchases" in caplog.text
    assert "sesame" not in caplog.text
