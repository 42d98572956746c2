"""What the sandbox says when a person has to act.

``SandboxError``
    ├── ``VariableError``   an environment variable is malformed or lacks its companion
    ├── ``FetchError``      a package, jar or wheel could not be fetched, or is not the pinned one
    └── ``PartError``       an embedded part did not start or stopped answering
"""


class SandboxError(Exception):
    """Something a person must act on; its text is one line that says what to do."""


class VariableError(SandboxError):
    """Raised when an environment variable cannot be used as it is set."""


class FetchError(SandboxError):
    """Raised when something the sandbox needs could not be fetched at its pinned version."""


class PartError(SandboxError):
    """Raised when an embedded part does not become ready before its deadline."""
