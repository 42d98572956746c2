"""Asks a person at a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import questionary

from onboarding.questions import Question, read_answer


def ask_in_terminal(questions: Sequence[Question]) -> list[Any]:
    """The answers to some questions, one after the other.

    Raises:
        KeyboardInterrupt: the person had enough.
    """
    return [_answer(question) for question in questions]


def _answer(question: Question) -> Any:  # noqa: ANN401 (any YAML)
    if not question.choices:
        suggested = "" if question.suggested is None else str(question.suggested)
        return read_answer(questionary.text(question.text, default=suggested).unsafe_ask())
    titles = [questionary.Choice(choice.title, value=place) for place, choice in enumerate(question.choices)]
    asked = questionary.select(question.text, choices=titles, use_search_filter=True, use_jk_keys=False)
    return question.choices[asked.unsafe_ask()].value
