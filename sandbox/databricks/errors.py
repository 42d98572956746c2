"""Refusals as the Jobs API words them: an HTTP status, an ``error_code`` and a message."""

from __future__ import annotations


class ApiError(Exception):
    """Raised by an endpoint; answered as ``{"error_code": …, "message": …}``."""

    def __init__(self, status: int, error_code: str, message: str) -> None:
        """Answer with this HTTP status."""
        super().__init__(message)
        self.status = status
        self.error_code = error_code
        self.message = message


def invalid(message: str) -> ApiError:
    """A request that names something that is not there or must not be."""
    return ApiError(400, "INVALID_PARAMETER_VALUE", message)
