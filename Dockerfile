# The image of every flow and of the worker: the same code and packages, tagged `‹source›:‹version›` by `make image`.
# The digest is the one that docker-library/repo-info has of this tag, with Python 3.12.13 (docs/adr/0055).
ARG PYTHON_IMAGE=python:3.12-slim-trixie@sha256:229a2c5bfa27522db7815ea81f9bed70af17ccb9de9fc7ad142b1877b5830d36

FROM ${PYTHON_IMAGE} AS packages
COPY requirements/bootstrap.txt requirements/flows.txt /requirements/
RUN python -m venv /uv \
    && /uv/bin/pip install --no-cache-dir --no-deps --require-hashes --requirement /requirements/bootstrap.txt \
    && /uv/bin/uv venv /opt/venv \
    && /uv/bin/uv pip sync --python /opt/venv/bin/python --no-cache --compile-bytecode --require-hashes \
        /requirements/flows.txt

FROM ${PYTHON_IMAGE}
RUN groupadd --gid 10001 flows && useradd --uid 10001 --gid flows --no-create-home --home-dir /scratch flows
COPY --from=packages /opt/venv /opt/venv
WORKDIR /opt/datamaster
COPY contracts/ contracts/
COPY blocks/ blocks/
COPY tasks/ tasks/
COPY flows/ flows/
# The versions of all images, which preflight looks for in the registry.
COPY pyproject.toml ./
COPY deployments/ deployments/
RUN /opt/venv/bin/python -m compileall -q contracts blocks tasks flows
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/opt/datamaster \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
ARG IMAGE_NAME
ARG IMAGE_VERSION
ARG REVISION
LABEL org.opencontainers.image.title=${IMAGE_NAME} \
    org.opencontainers.image.version=${IMAGE_VERSION} \
    org.opencontainers.image.revision=${REVISION}
USER 10001:10001
CMD ["prefect", "version"]
