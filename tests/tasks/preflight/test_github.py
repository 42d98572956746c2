"""GitHub's token is good when it sees the repository, and the environment that guards a deployment is there."""

from __future__ import annotations

import pytest

from tasks.preflight.check import Check
from tasks.preflight.github import github_api, github_environment_check, github_token_check
from tests.tasks.preflight.stub_cloud import StubCloud, by_parameters
from tests.tasks.scripted_api import Answer, answer

REPOSITORY = "GET /repos/shop/lakehouse"
ENVIRONMENTS = f"{REPOSITORY}/environments"


def look(cloud: StubCloud, token: str = "good", environment: str = "prod") -> list[Check]:
    api = github_api(cloud.url, token)
    return [github_token_check(api, "shop/lakehouse"), github_environment_check(api, "shop/lakehouse", environment)]


def environments(cloud: StubCloud, *pages: list[str]) -> None:
    """GitHub's list of environments, page by page, each of which links to the next."""

    def page(given: dict[str, str]) -> Answer:
        number = int(given.get("page", "1"))
        names = [{"name": name} for name in pages[number - 1]]
        link = f'<{cloud.url}/repos/shop/lakehouse/environments?per_page=100&page={number + 1}>; rel="next"'
        more = {"Link": link} if number < len(pages) else {}
        return answer({"total_count": 9, "environments": names}, **more)

    cloud.routes[ENVIRONMENTS] = by_parameters(page)


@pytest.mark.parametrize(
    "headers",
    [{"X_OAuth_Scopes": "read:org, repo"}, {}],
    ids=["a classic token", "a fine-grained token, or a workflow's"],
)
def test_a_token_that_suffices_passes_with_the_environment_on_any_page(
    cloud: StubCloud, headers: dict[str, str]
) -> None:
    cloud.routes[REPOSITORY] = answer({"full_name": "shop/lakehouse"}, **headers)
    environments(cloud, ["dev", "pre"], ["prod"])
    assert [check.failure for check in look(cloud)] == [None, None]
    assert cloud.asked == [REPOSITORY, ENVIRONMENTS, ENVIRONMENTS]


@pytest.mark.parametrize("scopes", ["", "read:org, gist", "public_repo"])
def test_a_classic_token_without_the_scope_is_told(cloud: StubCloud, scopes: str) -> None:
    cloud.routes[REPOSITORY] = answer({}, X_OAuth_Scopes=scopes)
    check, _ = look(cloud)
    assert check.failure == "the token lacks the scope repo: give it in GitHub's settings of the token"


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (401, "GitHub answers 401 to /repos/shop/lakehouse: the token is wrong or has expired: make a new one"),
        (403, "GitHub answers 403 to /repos/shop/lakehouse: give the token the permissions Actions (read), Contents"),
        (404, "GitHub answers 404 to /repos/shop/lakehouse: check GITHUB_REPOSITORY (owner/name), and that the token"),
        (502, "GitHub answers 502 to /repos/shop/lakehouse: "),
    ],
)
def test_each_refusal_says_what_to_do(cloud: StubCloud, status: int, told: str) -> None:
    cloud.routes[REPOSITORY] = answer({"message": "no"}, status)
    check, _ = look(cloud)
    assert str(check.failure).startswith(told)


def test_a_wrong_token_is_told_and_not_quoted(cloud: StubCloud) -> None:
    check, _ = look(cloud, token="planted")
    assert "answers 401" in str(check.failure)
    assert "planted" not in str(check.failure)


def test_an_environment_that_is_missing_is_told_with_those_there_are(cloud: StubCloud) -> None:
    cloud.routes[REPOSITORY] = answer({})
    environments(cloud, ["dev"], ["pre"])
    _, check = look(cloud)
    assert str(check.failure).startswith("shop/lakehouse has no environment prod but dev, pre: make it")
