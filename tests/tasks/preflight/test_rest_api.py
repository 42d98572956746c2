"""A question is asked again where that can help, and nobody else's answer is taken for the API's."""

from __future__ import annotations

import pytest

from tasks.errors import MisconfiguredError, TransientError
from tasks.preflight.rest_api import RestApi, named_page
from tests.tasks.preflight.stub_cloud import StubCloud, by_parameters
from tests.tasks.scripted_api import answer


def api(url: str) -> RestApi:
    return RestApi("the API", url, {"Authorization": "Bearer good"})


def test_an_answer_that_may_pass_is_asked_for_again(cloud: StubCloud) -> None:
    answers = iter([answer({}, 503), answer({"fine": True})])
    cloud.routes["GET /thing"] = by_parameters(lambda _given: next(answers))
    assert api(cloud.url).get("/thing") == {"fine": True}


def test_what_cannot_be_reached_is_told_with_its_host() -> None:
    with pytest.raises(TransientError, match=r"^the API does not answer \(ConnectError\): is 127.0.0.1 reachable"):
        api("https://127.0.0.1:1").get("/thing")


@pytest.mark.parametrize("status", [200, 302])
def test_a_page_of_somebody_else_is_no_answer(cloud: StubCloud, status: int) -> None:
    cloud.routes["GET /thing"] = answer(b"<html>Sign in</html>", status, Location="https://example.com/login")
    with pytest.raises(MisconfiguredError):
        api(cloud.url).get("/thing")


def test_the_token_is_not_taken_to_another_host(cloud: StubCloud) -> None:
    cloud.routes["GET /things"] = answer({"value": [{}], "nextLink": "https://example.com/things"})
    with pytest.raises(MisconfiguredError, match=r"^the API names a page at example.com"):
        list(api(cloud.url).pages("/things", "value", named_page("nextLink")))
