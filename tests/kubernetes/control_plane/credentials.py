"""What the parts of a control plane know each other by: certificates, the key of service accounts, tokens."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

import trustme
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.home import write_private

ADMINISTRATORS = "system:masters"
_NAMES_OF_THE_API = ("127.0.0.1", "localhost", "kubernetes.default.svc")


@dataclass(frozen=True)
class Credentials:
    """Files that the programs are given, and the administrator's token."""

    folder: Path
    admin_token: str

    @property
    def authority(self) -> Path:
        """Certificate of the authority that signed all others."""
        return self.folder / "ca.pem"

    @property
    def server(self) -> Path:
        """Certificate and key of whoever serves on the loopback interface: the API, and the node stand-in."""
        return self.folder / "server.pem"

    @property
    def client(self) -> Path:
        """Certificate and key by which the API shows itself to a node."""
        return self.folder / "client.pem"

    @property
    def service_account_key(self) -> Path:
        """Private key that signs the tokens of service accounts."""
        return self.folder / "service-accounts.pem"

    @property
    def tokens(self) -> Path:
        """The API's file of static tokens."""
        return self.folder / "tokens.csv"


def make_credentials(folder: Path) -> Credentials:
    """Write new ones into the folder, readable by their owner alone."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Credentials(folder, secrets.token_urlsafe(32))
    authority = trustme.CA()
    server, client = authority.issue_cert(*_NAMES_OF_THE_API), authority.issue_cert("kube-apiserver")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    texts = {
        made.authority: authority.cert_pem.bytes(),
        made.server: server.private_key_and_cert_chain_pem.bytes(),
        made.client: client.private_key_and_cert_chain_pem.bytes(),
        made.service_account_key: key,
        made.tokens: f'{made.admin_token},admin,1,"{ADMINISTRATORS}"\n'.encode(),
    }
    for file, text in texts.items():
        write_private(file, text.decode())
    return made
