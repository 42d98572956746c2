"""The Jobs API as Databricks serves it, 2.1 and 2.2 alike: who may ask, and how a refusal is worded."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from sandbox.databricks.errors import ApiError, invalid
from sandbox.databricks.job_routes import job_routes
from sandbox.databricks.run_routes import run_routes
from sandbox.databricks.workspace import Workspace

VERSIONS = ("2.1", "2.2")


def jobs_api(workspace: Workspace, token: str) -> FastAPI:
    """The API over a workspace, for clients that send ``token`` as bearer."""
    application = FastAPI(title="Jobs API", docs_url=None, redoc_url=None, openapi_url=None)
    routers = job_routes(workspace), run_routes(workspace)
    for version in VERSIONS:
        for router in routers:
            application.include_router(router, prefix=f"/api/{version}/jobs")

    @application.middleware("http")
    async def authorize(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        sent = request.headers.get("Authorization", "")
        if not sent.startswith("Bearer "):
            message = "Credential was not sent or was of an unsupported type for this API."
            return _refusal(ApiError(401, "401", message))
        if not secrets.compare_digest(sent.removeprefix("Bearer ").encode(), token.encode()):
            return _refusal(ApiError(403, "403", "Invalid access token."))
        return await call_next(request)

    @application.exception_handler(ApiError)
    def refused(_request: Request, error: ApiError) -> Response:
        return _refusal(error)

    @application.exception_handler(RequestValidationError)
    def malformed(_request: Request, error: RequestValidationError) -> Response:
        told = "; ".join(f"{_place(problem['loc'])}: {problem['msg']}" for problem in error.errors())
        return _refusal(invalid(f"Could not parse request object: {told}"))

    @application.exception_handler(HTTPException)
    def unknown(request: Request, error: HTTPException) -> Response:
        message = f"No API found for '{request.method} {request.url.path.removeprefix('/api')}'"
        return _refusal(ApiError(error.status_code, "ENDPOINT_NOT_FOUND", message))

    return application


def _refusal(error: ApiError) -> Response:
    return JSONResponse({"error_code": error.error_code, "message": error.message}, error.status)


def _place(location: tuple[str | int, ...]) -> str:
    return ".".join(str(step) for step in location[1:]) or "the request"
