"""Which documented error condition an error of Spark or Delta is of, on a classic session and on Spark Connect."""

from __future__ import annotations

import re

from pyspark.errors import PySparkException

_AT_THE_HEAD = re.compile(r"\[([A-Z][A-Z0-9_.]*)\]")


def error_condition(error: PySparkException) -> str | None:
    """The error's condition (`PATH_NOT_FOUND`), None where it has none.

    Spark Connect leaves the condition out of an answer whose message parameters are long (over
    `spark.connect.grpc.maxMetadataSize`, 1,024 characters), as those of two differing schemas are. The message of every
    condition begins with its name in brackets, whoever hands it over.
    """
    at_the_head = _AT_THE_HEAD.match(str(error))
    return error.getCondition() or (at_the_head[1] if at_the_head else None)
