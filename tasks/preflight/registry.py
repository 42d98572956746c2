"""Whether images are in the registry, asked as Azure Container Registry documents it.

A token of Entra is exchanged for one of the registry, and that for one on the repository:
https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md. The rest is the OCI distribution specification.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from tasks.errors import MisconfiguredError
from tasks.preflight.azure_identity import AzureIdentity
from tasks.preflight.rest_api import NotFound, RestApi

RESOURCE = "https://management.azure.com"
_MANIFESTS = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
_REMEDIES = {
    401: "give the identity the role AcrPull on the registry (AcrPush to push)",
    403: "give the identity the role AcrPull (AcrPush to push), and ask from a network that the registry lets in",
    404: "check DATAMASTER_REGISTRY: what answers there is no registry of Azure",
}


class Registry:
    """One registry, asked as the identity."""

    def __init__(self, host: str, identity: AzureIdentity) -> None:
        """Nothing is asked yet.

        Args:
            host: Its name, such as `datamaster.azurecr.io`, with a port if need be.
            identity: Whose rights are asked about.
        """
        self.host = host
        self._identity = identity
        self._api = RestApi("the registry", f"https://{host}", remedies=_REMEDIES)

    def require_image(self, image: str) -> None:
        """That the registry has `‹repository›:‹tag›`.

        Raises:
            MisconfiguredError: it has not.
        """
        repository, _, tag = image.rpartition(":")
        headers = {**self._authorization(repository, "pull"), "Accept": ", ".join(_MANIFESTS)}
        try:
            self._api.ask("HEAD", f"/v2/{repository}/manifests/{tag}", headers=headers)
        except NotFound:
            missing = f"image {image} is not in the registry {self.host}"
            raise MisconfiguredError(f"{missing}: push it (images.yml), or deploy a version that is there") from None

    def require_push(self, repository: str) -> None:
        """That the identity may push to the repository: an upload is begun, and given up.

        Raises:
            AccessRefused: it may not.
        """
        headers = self._authorization(repository, "pull,push")
        begun = self._api.ask("POST", f"/v2/{repository}/blobs/uploads/", headers=headers)
        place = urlsplit(begun.headers["Location"])
        self._api.ask("DELETE", f"{place.path}?{place.query}" if place.query else place.path, headers=headers)

    def close(self) -> None:
        """Close the connections."""
        self._api.close()

    def _authorization(self, repository: str, actions: str) -> Mapping[str, str]:
        exchanged = self._form(
            "/oauth2/exchange", grant_type="access_token", access_token=self._identity.token(RESOURCE)
        )
        scope = f"repository:{repository}:{actions}"
        refresh_token = exchanged["refresh_token"]
        given = self._form("/oauth2/token", grant_type="refresh_token", scope=scope, refresh_token=refresh_token)
        return {"Authorization": f"Bearer {given['access_token']}"}

    def _form(self, address: str, **fields: str) -> dict[str, str]:
        answer = self._api.ask("POST", address, data={"service": self.host, **fields})
        tokens: dict[str, str] = self._api.content(answer)
        return tokens
