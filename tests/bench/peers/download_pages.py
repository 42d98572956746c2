"""A floor: download the pages of an API and throw them away: `download_pages.py URL`, the key in API_KEY.

Of a page nothing is read but the cursor at its end.
"""

from __future__ import annotations

import os
import re
import sys

import httpx
from phases import phase, tell

url = sys.argv[1]
cursor: dict[str, str] = {}
with (
    phase("landing"),
    httpx.Client(headers={"X-API-Key": os.environ["API_KEY"]}, timeout=60) as client,
    open(os.devnull, "wb") as nowhere,  # noqa: PTH123 - no path of a file
):
    while True:
        end = b""
        with client.stream("GET", url, params=cursor) as page:
            page.raise_for_status()
            for part in page.iter_bytes():
                nowhere.write(part)
                end = (end + part)[-500:]
        following = re.search(rb'"next_cursor":"([^"]+)"}\s*$', end)
        if not following:
            break
        cursor = {"cursor": following[1].decode()}
tell()
