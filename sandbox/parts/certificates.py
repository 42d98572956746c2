"""The sandbox's own certificate authority, so that its https servers are verified like any other."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import certifi
import trustme

from sandbox.home import SandboxHome, write_atomically, write_private
from sandbox.processes.ports import LOOPBACK


def ensure_certificates(home: SandboxHome) -> None:
    """Write ``ca.pem``, ``server.pem``, its ``server.key`` and ``ca-bundle.pem``, if they are not there.

    The authority's private key is forgotten at once: nobody can sign another certificate with it.
    """
    if not (home.tls / "server.pem").exists():
        authority = trustme.CA(organization_name="Data Master sandbox")
        server = authority.issue_cert(LOOPBACK, "localhost")
        chain = "".join(blob.bytes().decode() for blob in server.cert_chain_pems)
        write_atomically(home.tls / "ca.pem", authority.cert_pem.bytes().decode())
        write_private(home.tls / "server.key", server.private_key_pem.bytes().decode())
        write_atomically(home.tls / "server.pem", chain)
    _write_bundle(home.tls)


def _write_bundle(tls: Path) -> None:
    bundle = tls / "ca-bundle.pem"
    authority = (tls / "ca.pem").read_text(encoding="utf-8")
    base = _trusted_bundle(without=bundle)
    if base is None:
        return
    write_atomically(bundle, f"{base.read_text(encoding='utf-8').rstrip()}\n{authority}")


def _trusted_bundle(without: Path) -> Path | None:
    """The bundle the user trusts; None when the user's is the sandbox's own, which is complete already."""
    named = os.environ.get("SSL_CERT_FILE")
    if named and Path(named) == without and without.exists():
        return None
    candidates = (named, os.environ.get("REQUESTS_CA_BUNDLE"), ssl.get_default_verify_paths().cafile, certifi.where())
    return next(Path(found) for found in candidates if found and Path(found) != without and Path(found).is_file())
