"""What has to be said of a source before it can be looked at: of which dataset it is, what kind, and what opens it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import TypeAdapter
from pydantic.alias_generators import to_camel

from contracts.folder import Contracts
from contracts.sources.authentication import ApiKey, Authentication
from onboarding.entry import API, DATABASE, FILES
from onboarding.questions import Answers, Choice, Question, is_answered

_WAYS: TypeAdapter[Authentication] = TypeAdapter(Authentication)
_KINDS = (
    Choice("a table or view of PostgreSQL", DATABASE),
    Choice("a JSON API", API),
    Choice("a folder of CSV files", FILES),
)
_API_KEY = {"type": "apiKey", "in": "header", "name": "X-API-Key"}
_AUTHENTICATIONS = (
    Choice("a key in the header X-API-Key", _API_KEY),
    Choice("Authorization: Bearer", {"type": "http", "scheme": "bearer"}),
    Choice("Authorization: Basic", {"type": "http", "scheme": "basic"}),
    Choice("OAuth 2 client credentials", {"type": "oauth2"}),
    Choice("none", {"type": "none"}),
)


def first_questions(answers: Answers, contracts: Contracts, variables: Mapping[str, str]) -> list[Question]:
    """The questions that are open; answers may bring further ones."""
    return [
        question for question in _questions(answers, contracts, variables) if not is_answered(answers, question.word)
    ]


def _questions(answers: Answers, contracts: Contracts, variables: Mapping[str, str]) -> Iterator[Question]:
    slugs = tuple(Choice(contract.slug, contract.slug) for contract in contracts.datasets)
    yield Question("dataset", "which dataset is it a source of?", slugs)
    yield Question("type", "what kind of source is it?", _KINDS)
    yield Question("server", "what is it called? Lower-case letters, digits and dashes, such as till-database")
    yield Question("description", "what is in it?", may_be_left=True)
    prefix = str(answers.get("server", "")).upper().replace("-", "_")
    if not prefix:
        return
    yield _variable(prefix, "url", "URL")
    url = answers.get("connection", {}).get("url", "")
    if answers.get("type") == API and url:
        yield Question("location", "where are its rows?", suggested=f"${{{url}}}/")
        yield Question("authentication", "how does it know who asks?", _AUTHENTICATIONS)
        if is_answered(answers, "authentication"):
            way = _WAYS.validate_python(answers["authentication"] or ApiKey.model_validate(_API_KEY))
            yield from (_variable(prefix, to_camel(role), role.upper()) for role in way.roles)
    if answers.get("type") == FILES and variables.get(url, "").startswith("sftp"):
        yield from (_variable(prefix, to_camel(role), role.upper()) for role in ("key", "host_key"))


def _variable(prefix: str, role: str, suffix: str) -> Question:
    suggested = f"{prefix}_{suffix}"
    return Question(f"connection.{role}", f"which environment variable has its {role}?", suggested=suggested)
