"""Takes the README's screenshots of the Prefect UI: `python docs/take_screenshots.py`, with a sandbox up after a run.

Needs Chromium (Debian: `apt-get install chromium fonts-noto-color-emoji`) and the variables of `$DATAMASTER_HOME/env`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx

IMAGES = Path(__file__).parent / "images"
RENDERING_MILLISECONDS = 25_000
QUIET = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-background-networking"]
QUIET += ["--disable-component-update"]
QUIET += ["--disable-sync", "--force-prefers-reduced-motion", "--no-first-run", "--disable-quic"]


def main() -> None:
    """Take one picture each of the deployments, the last pipeline run, and its summary."""
    api_url = os.environ["PREFECT_API_URL"]
    run_id = _newest(api_url, "flow_runs", {"flows": {"name": {"any_": ["lakehouse"]}}, "sort": "START_TIME_DESC"})
    artifact_id = _newest(api_url, "artifacts", {"artifacts": {"key": {"any_": ["summary"]}}, "sort": "CREATED_DESC"})
    pages = {
        "deployments": ("deployments", 900),
        "flow-run": (f"flow-runs/flow-run/{run_id}", 1000),
        "summary": (f"artifacts/artifact/{artifact_id}", 1700),
    }
    IMAGES.mkdir(exist_ok=True)
    for name, (page, height) in pages.items():
        _take(f"{api_url.removesuffix('/api')}/{page}", IMAGES / f"{name}.png", height)


def _newest(api_url: str, kind: str, query: dict[str, object]) -> str:
    found = httpx.post(f"{api_url}/{kind}/filter", json={**query, "limit": 1}, timeout=30).raise_for_status().json()
    if not found:
        sys.exit(f"the Prefect server has no {kind} yet: run the pipeline first")
    return str(found[0]["id"])


def _take(url: str, picture: Path, height: int) -> None:
    browser = shutil.which("chromium") or sys.exit("chromium is not installed")
    with tempfile.TemporaryDirectory() as profile:
        options = [f"--user-data-dir={profile}", f"--screenshot={picture}", f"--window-size=1400,{height}"]
        patience = [f"--virtual-time-budget={RENDERING_MILLISECONDS}"]
        subprocess.run([browser, *QUIET, *options, *patience, url], check=True, capture_output=True)


if __name__ == "__main__":
    main()
