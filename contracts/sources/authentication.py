"""How a request shows an API who asks, in the words of OpenAPI 3.1 (section Security Scheme Object).

The secrets themselves stand in no contract: each way names the `roles` of the source's `connection` that it needs.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")]
"""A header's name (RFC 9110, 5.6.2)."""

ParameterName = Annotated[str, StringConstraints(min_length=1)]


class Declared(BaseModel):
    """A mapping within a custom property, whose every word is known."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class ApiKey(Declared):
    """A key in a header or a query parameter of that name."""

    type: Literal["apiKey"]
    place: Literal["header", "query"] = Field(alias="in")
    name: HeaderName

    roles: ClassVar[tuple[str, ...]] = ("key",)


class Http(Declared):
    """`Authorization: Basic` of user and password (RFC 7617), or `Authorization: Bearer` of a key (RFC 6750)."""

    type: Literal["http"]
    scheme: Literal["basic", "bearer"]

    @property
    def roles(self) -> tuple[str, ...]:
        """What the connection must name."""
        return ("user", "password") if self.scheme == "basic" else ("key",)


class OAuth2(Declared):
    """A bearer token by the client credentials grant (RFC 6749, 4.4).

    `client_authentication` says how client id and secret are sent (RFC 7591, 2); `parameters` are further ones of the
    token's request, such as an `audience`.
    """

    type: Literal["oauth2"]
    scopes: tuple[str, ...] = ()
    client_authentication: Literal["client_secret_basic", "client_secret_post"] = "client_secret_basic"
    parameters: dict[ParameterName, str] = Field(default_factory=dict)

    roles: ClassVar[tuple[str, ...]] = ("client_id", "client_secret", "token_url")


class Open(Declared):
    """Nobody is asked who they are."""

    type: Literal["none"]

    roles: ClassVar[tuple[str, ...]] = ()


Authentication = Annotated[ApiKey | Http | OAuth2 | Open, Field(discriminator="type")]
