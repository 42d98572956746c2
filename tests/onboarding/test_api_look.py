"""An API is looked at by its first page."""

from __future__ import annotations

import pytest

from onboarding.api_look import look_at_api
from tasks.errors import PipelineError, SourceUnavailable
from tests.tasks.scripted_api import Answer, answer, serve

ANSWERS = {
    "server": "shop",
    "type": "api",
    "connection": {"url": "SHOP_URL"},
    "location": "${SHOP_URL}/orders",
    "authentication": {"type": "none"},
}


@pytest.mark.services
def test_numbers_are_kept_as_they_are_written() -> None:
    body = b'{"items": [{"id": 9007199254740993, "total": 1234.50}], "next_url": null}'
    with serve(answer(body)) as api:
        sample = look_at_api(ANSWERS, {"url": api.url})
    assert sample.rows.rows() == [("9007199254740993", "1234.50")]
    assert sample.words == {"rowsField": "items", "paging": {"type": "nextUrl", "field": "next_url"}, "keyField": "id"}


@pytest.mark.services
def test_several_lists_and_no_sign_of_paging_are_questions() -> None:
    with serve(answer({"orders": [{"id": 1}], "shops": [{"id": 2}]})) as api:
        (rows,) = look_at_api(ANSWERS, {"url": api.url}).questions
        assert (rows.word, [choice.value for choice in rows.choices]) == ("rowsField", ["orders", "shops"])
        (paging,) = look_at_api({**ANSWERS, "rowsField": "shops"}, {"url": api.url}).questions
        assert (paging.word, [choice.value["type"] for choice in paging.choices]) == (
            "paging",
            ["none", "page", "offset"],
        )
        answered = {**ANSWERS, "rowsField": "shops", "paging": {"type": "none"}}
        assert look_at_api(answered, {"url": api.url}).rows.to_dicts() == [{"id": "2"}]


@pytest.mark.services
@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (answer(b"<html>"), "shop answers with something else than JSON; check its location"),
        (answer({"data": []}), "the first answer of shop has no list of objects to look at"),
        (answer({}, 404), "shop rejects the request (status 404)"),
        (answer({}, 401), "shop asks for credentials (status 401)"),
    ],
)
def test_an_answer_that_is_no_page_is_told_with_what_to_do(reply: Answer, told: str) -> None:
    with serve(reply) as api, pytest.raises(PipelineError) as refused:
        look_at_api(ANSWERS, {"url": api.url})
    assert told in str(refused.value)


@pytest.mark.services
def test_an_api_that_is_busy_is_to_be_tried_again() -> None:
    with serve(answer({}, 503)) as api, pytest.raises(SourceUnavailable, match="try again when it is well"):
        look_at_api(ANSWERS, {"url": api.url})
