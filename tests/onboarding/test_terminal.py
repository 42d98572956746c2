"""A person answers by typing and choosing, at a terminal that prompt_toolkit makes of a pipe."""

from __future__ import annotations

from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from onboarding.questions import Choice, Question
from onboarding.terminal import ask_in_terminal

ENTER, DOWN = "\r", "\x1b[B"


def test_choices_are_taken_and_texts_are_read_as_yaml() -> None:
    questions = [
        Question("type", "what kind?", (Choice("a table", "postgres"), Choice("an API", "api"))),
        Question("connection.url", "which variable?", suggested="TILL_URL"),
        Question("incremental", "which parameter?"),
        Question("fieldPaths.email", "which field?", (Choice("mail", "mail"), Choice("no field", None))),
        Question("description", "what is in it?", may_be_left=True),
    ]
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text(f"{DOWN}{ENTER}{ENTER}{{parameter: since}}{ENTER}{DOWN}{ENTER}{ENTER}")
        assert ask_in_terminal(questions) == ["api", "TILL_URL", {"parameter": "since"}, None, None]
