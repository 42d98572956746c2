"""Whether GitHub's token is there, sees the repository, and the environment that guards a deployment exists."""

from __future__ import annotations

from tasks.errors import MisconfiguredError
from tasks.preflight.check import Check, checked
from tasks.preflight.rest_api import RestApi, linked_page

SCOPE = "repo"
"""Of a classic token. Fine-grained ones and those of a workflow have permissions instead, which no header tells."""

_PERMISSIONS = "Actions (read), Contents (read) and Metadata (read)"
_REMEDIES = {
    401: "the token is wrong or has expired: make a new one and set GITHUB_TOKEN",
    403: f"give the token the permissions {_PERMISSIONS}, or the scope {SCOPE}",
    404: f"check GITHUB_REPOSITORY (owner/name), and that the token may see it: {_PERMISSIONS}",
}


def github_api(url: str, token: str) -> RestApi:
    """GitHub's REST API as its documentation asks for: https://docs.github.com/rest."""
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    return RestApi("GitHub", url, headers, _REMEDIES)


def github_token_check(api: RestApi, repository: str) -> Check:
    """That the token suffices for the repository."""
    return checked("GitHub token", lambda: _has_scope(api, repository))


def github_environment_check(api: RestApi, repository: str, environment: str) -> Check:
    """That the repository has the environment."""
    return checked("GitHub environment", lambda: _has_environment(api, repository, environment))


def _has_scope(api: RestApi, repository: str) -> None:
    scopes = api.ask("GET", f"/repos/{repository}").headers.get("X-OAuth-Scopes")
    if scopes is not None and SCOPE not in {scope.strip() for scope in scopes.split(",")}:
        raise MisconfiguredError(f"the token lacks the scope {SCOPE}: give it in GitHub's settings of the token")


def _has_environment(api: RestApi, repository: str, environment: str) -> None:
    found = api.pages(f"/repos/{repository}/environments", "environments", linked_page, per_page="100")
    names = [str(one["name"]) for one in found]
    if environment not in names:
        known = ", ".join(names) or "none"
        raise MisconfiguredError(
            f"{repository} has no environment {environment} but {known}: make it in the repository's settings, "
            "with who must approve"
        )
