"""What a person has to say because no sample tells it: said beforehand, or asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import yaml

Answers = Mapping[str, Any]
"""Words of a source's entry, as the contract has them, and `dataset`; what is nested is a mapping."""


@dataclass(frozen=True)
class Choice:
    """One of the answers that there are, with what it is called."""

    title: str
    value: Any


@dataclass(frozen=True)
class Question:
    """Asks for a word, or for one within a mapping (`connection.url`).

    Of `choices` one is taken, else a text is read as YAML. `suggested` is what a person is offered; it is taken without
    asking only where the question `may_be_left`.
    """

    word: str
    text: str
    choices: tuple[Choice, ...] = ()
    suggested: Any = None
    may_be_left: bool = False


class AnswersMissing(ValueError):
    """Raised where nobody can be asked: a line for each answer that has to be given beforehand."""

    def __init__(self, questions: Sequence[Question]) -> None:
        """Name the words, and what can be answered."""
        lines = [f"  {question.word}: {question.text}{_of(question.choices)}" for question in questions]
        super().__init__("\n".join(["answers are missing, and there is no terminal to ask for them:", *lines]))


def _of(choices: Sequence[Choice]) -> str:
    return f" ({'; '.join(choice.title for choice in choices)})" if choices else ""


Ask = Callable[[Sequence[Question]], list[Any]]
"""Gets the answers to some questions, in their order."""


def ask_nobody(questions: Sequence[Question]) -> list[Any]:
    """What may be left is left as it is suggested.

    Raises:
        AnswersMissing: something else is asked for.
    """
    if missing := [question for question in questions if not question.may_be_left]:
        raise AnswersMissing(missing)
    return [question.suggested for question in questions]


def with_answers(answers: Answers, questions: Sequence[Question], given: Sequence[Any]) -> dict[str, Any]:
    """The answers with those to some questions.

    >>> with_answers({"connection": {"url": "A"}}, [Question("connection.key", "?")], ["B"])
    {'connection': {'url': 'A', 'key': 'B'}}
    """
    filled: dict[str, Any] = deepcopy(dict(answers))
    for question, value in zip(questions, given, strict=True):
        *path, last = question.word.split(".")
        owner = filled
        for step in path:
            owner = owner.setdefault(step, {})
        owner[last] = value
    return filled


def is_answered(answers: Answers, word: str) -> bool:
    """Whether there is an answer at that word, be it nothing."""
    owner: Any = answers
    for step in word.split("."):
        if not isinstance(owner, Mapping) or step not in owner:
            return False
        owner = owner[step]
    return True


def read_answer(text: str) -> Any:  # noqa: ANN401 (any YAML)
    """A typed answer: YAML, as it would stand in the contract; what is none is a text. Nothing is None.

    >>> read_answer("{parameter: since}"), read_answer("R$ 1"), read_answer("")
    ({'parameter': 'since'}, 'R$ 1', None)
    """
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return text
