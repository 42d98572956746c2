"""Brings a source's entry about: asks what must be known, looks at the source, proposes, until nothing is open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from contracts.folder import Contracts
from onboarding.first_questions import first_questions
from onboarding.look import look_at
from onboarding.proposal import Proposal
from onboarding.questions import Answers, Ask, with_answers


def completed_entry(
    answers: Answers, contracts: Contracts, ask: Ask, variables: Mapping[str, str], today: date
) -> tuple[str, dict[str, Any]]:
    """The dataset's name, and the entry for the source.

    Args:
        answers: what is known beforehand.
        contracts: the datasets that there are.
        ask: gets the other answers.
        variables: what opens the source is among them.
        today: the day in UTC.

    Raises:
        AnswersMissing: something has to be asked, and nobody is there.
        PipelineError: the source cannot be opened or read.
        UnknownDataset: the answered dataset is none.
    """
    while questions := first_questions(answers, contracts, variables):
        answers = with_answers(answers, questions, ask(questions))
    contract = contracts.dataset(answers["dataset"])
    while (sample := look_at(answers, variables, today)).questions:
        answers = with_answers(answers, sample.questions, ask(sample.questions))
    while (proposal := Proposal(sample, contract, answers)).questions:
        answers = with_answers(answers, proposal.questions, ask(proposal.questions))
    return contract.name, proposal.entry
