"""What the environment tells a flow: which contract it follows, and where a copy of the summary goes."""

from __future__ import annotations

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts.reader import read_contract


class FlowSettings(BaseSettings):
    """The variables a flow run reads.

    `DATAMASTER_CONTRACT` is the contract file, by default the packaged one; `DATAMASTER_HOME`, where it is set, is a
    folder that gets `summary.md` and `summary.json` besides the artifacts.
    """

    model_config = SettingsConfigDict(env_prefix="DATAMASTER_")

    contract: Path | None = None
    home: Path | None = None


SETTINGS = FlowSettings()
CONTRACT = read_contract(SETTINGS.contract)
