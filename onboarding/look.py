"""Looks at a source of any kind, with what the environment has to open it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial

from contracts.sources.source import BaseSource
from onboarding.api_look import look_at_api
from onboarding.database_look import look_at_database
from onboarding.entry import API, DATABASE, FILES, entry
from onboarding.environment import lake_secret, opening_values
from onboarding.files_look import look_at_files
from onboarding.questions import Answers
from onboarding.sample import Sample
from tasks.errors import MisconfiguredError


def look_at(answers: Answers, variables: Mapping[str, str], today: date) -> Sample:
    """A sample of the source that the answers describe so far.

    Raises:
        PipelineError: the source cannot be opened or read, or there is no such kind.
    """
    named = entry({"server": answers["server"], "connection": answers["connection"]})
    values = opening_values(BaseSource.model_validate(named), variables)
    if answers["type"] == DATABASE:
        return look_at_database(answers, values)
    if answers["type"] == API:
        return look_at_api(answers, values)
    if answers["type"] != FILES:
        raise MisconfiguredError(f"type must be {DATABASE}, {API} or {FILES}")
    return look_at_files(answers, values, partial(lake_secret, variables), today)
