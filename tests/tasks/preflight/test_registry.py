"""An image is looked for as its registry documents it: a token for a token, then its manifest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from tasks.errors import AccessRefused, MisconfiguredError
from tasks.preflight.azure_identity import AzureIdentity
from tasks.preflight.registry import Registry
from tests.tasks.preflight.stub_cloud import StubCloud, by_parameters
from tests.tasks.scripted_api import Answer, answer

IMAGE = "store-database:1.0.0"
MANIFEST = "HEAD /v2/store-database/manifests/1.0.0"
UPLOADS = "POST /v2/store-database/blobs/uploads/"


@pytest.fixture
def registry(cloud: StubCloud, entra: str) -> Iterator[Registry]:
    """It gives a token for each scope, to whom shows that Entra knows them, and has one image."""

    def refresh(given: dict[str, str]) -> Answer:
        good = given["grant_type"] == "access_token" and given["access_token"] == entra
        return answer({"refresh_token": "refresh"}) if good and given["service"] == cloud.host else answer({}, 401)

    def access(given: dict[str, str]) -> Answer:
        good = given["grant_type"] == "refresh_token" and given["refresh_token"] == "refresh"
        token = f"access {given['scope']}"
        cloud.accepted = {entra, token}
        return answer({"access_token": token}) if good else answer({}, 401)

    cloud.routes |= {
        "POST /oauth2/exchange": by_parameters(refresh),
        "POST /oauth2/token": by_parameters(access),
        MANIFEST: answer(b"", Docker_Content_Digest="sha256:0"),
    }
    with closing(Registry(cloud.host, AzureIdentity())) as opened:
        yield opened


def test_an_image_that_is_there_passes(cloud: StubCloud, registry: Registry) -> None:
    registry.require_image(IMAGE)
    assert cloud.asked[-3:] == ["POST /oauth2/exchange", "POST /oauth2/token", MANIFEST]
    assert cloud.parameters[-2]["scope"] == "repository:store-database:pull"


@pytest.mark.parametrize("image", ["store-database:1.0.1", "customers-api:1.0.0"])
def test_an_image_that_is_missing_is_told(cloud: StubCloud, registry: Registry, image: str) -> None:
    missing = f"^image {image} is not in the registry {cloud.host}: push it"
    with pytest.raises(MisconfiguredError, match=missing):
        registry.require_image(image)


@pytest.mark.parametrize("address", ["POST /oauth2/exchange", "POST /oauth2/token", MANIFEST])
@pytest.mark.parametrize("status", [401, 403])
def test_an_identity_that_may_not_pull_is_told(cloud: StubCloud, registry: Registry, address: str, status: int) -> None:
    cloud.routes[address] = answer({"errors": [{"code": "UNAUTHORIZED"}]}, status)
    with pytest.raises(AccessRefused, match=f"^the registry answers {status} to .*: give the identity .* AcrPull"):
        registry.require_image(IMAGE)


def test_the_right_to_push_is_tried_and_nothing_is_left_of_it(cloud: StubCloud, registry: Registry) -> None:
    cloud.routes[UPLOADS] = answer(b"", 202, Location="/v2/store-database/blobs/uploads/7?_state=x")
    cloud.routes["DELETE /v2/store-database/blobs/uploads/7"] = answer(b"", 204)
    registry.require_push("store-database")
    assert cloud.asked[-2:] == [UPLOADS, "DELETE /v2/store-database/blobs/uploads/7"]
    assert cloud.parameters[-3]["scope"] == "repository:store-database:pull,push"


def test_an_identity_that_may_pull_only_is_told(cloud: StubCloud, registry: Registry) -> None:
    cloud.routes[UPLOADS] = answer({"errors": [{"code": "UNAUTHORIZED"}]}, 401)
    with pytest.raises(AccessRefused, match=r"\(AcrPush to push\)"):
        registry.require_push("store-database")


def test_an_identity_that_entra_does_not_know_is_told(cloud: StubCloud, registry: Registry) -> None:
    for name in [address for address in cloud.routes if address.endswith("/oauth2/v2.0/token")]:
        cloud.routes[name] = answer({"error": "invalid_client", "error_description": "AADSTS700213: no match."}, 401)
    with pytest.raises(AccessRefused, match=r"^Entra ID gives no token for https://management.azure.com"):
        registry.require_image(IMAGE)
