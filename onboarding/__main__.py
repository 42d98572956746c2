"""Command line: `python -m onboarding add-source | check-source ‹name›` (`make add-source`, `make check-source`)."""

from __future__ import annotations

import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from pydantic import ValidationError

from contracts.folder import contracts_folder, read_contracts
from contracts.problems import problems_of
from onboarding.adding import completed_entry
from onboarding.checking import check_source, contract_with
from onboarding.contract_file import as_yaml, changed_contract, file_of, with_entry, write_text
from onboarding.environment import known_variables
from onboarding.questions import Ask, Choice, Question, ask_nobody, is_answered, read_answer, with_answers
from onboarding.report import rendered
from tasks.errors import PipelineError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

_WRITE = Question("write", "write this entry into the contract?", (Choice("yes", True), Choice("no", False)))

_NEXT = "python -m deployments.prefect_yaml renders its deployment, and make contract-diff says what version is due"


@app.command("check-source")
def check(
    name: Annotated[str, typer.Argument(help="The source, as its contract calls it.")],
    dataset: Annotated[str | None, typer.Option(help="The dataset whose source it is.")] = None,
) -> None:
    """Read a sample of a source as a flow would, land nothing, and say what would be set aside and why."""
    variables = _variables()
    contract = contract_with(read_contracts(), name, dataset)
    run = check_source(contract, name, variables, _today())
    typer.echo(rendered(run), nl=False)
    raise typer.Exit(0 if run.passed else 1)


@app.command("add-source")
def add(
    answers: Annotated[Path | None, typer.Option(help="YAML: words of the entry, as the contract has them.")] = None,
    answer: Annotated[list[str] | None, typer.Option(help="WORD=YAML, such as connection.url=TILL_URL.")] = None,
) -> None:
    """Ask what a new source is, look at it, and write its entry into the contract of its dataset."""
    given = _given(answers, answer or [])
    variables, ask = _variables(), _ask()
    dataset, entry = completed_entry(given, read_contracts(), ask, variables, _today())
    file = file_of(contracts_folder(), dataset)
    text = with_entry(file, entry)
    typer.echo(as_yaml(entry))
    contract = changed_contract(file, text)
    is_wanted = given["write"] if is_answered(given, "write") else ask([_WRITE])[0]
    if is_wanted:
        write_text(file, text)
        typer.echo(f"written into {file}; {_NEXT}\n")
    run = check_source(contract, entry["server"], variables, _today())
    typer.echo(rendered(run), nl=False)
    raise typer.Exit(0 if run.passed else 1)


def _given(file: Path | None, answers: list[str]) -> dict[str, Any]:
    given: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8")) if file else {}
    if not isinstance(given, dict):
        raise TypeError(f"{file} must be a mapping of words to answers")
    for one in answers:
        word, _, value = one.partition("=")
        given = with_answers(given, [Question(word, "")], [read_answer(value)])
    return given


def _ask() -> Ask:
    if not sys.stdin.isatty():
        return ask_nobody
    from onboarding.terminal import ask_in_terminal  # noqa: PLC0415 (scripts need no terminal's library)

    return ask_in_terminal


def _variables() -> dict[str, str]:
    """All variables; the libraries that connect find proxies and certificates in the environment."""
    variables = known_variables()
    os.environ.update(variables)
    return variables


def _today() -> date:
    return datetime.now(UTC).date()


def main() -> None:
    """Run the command line; an error that a person can act on is told in its own words, with status 2."""
    try:
        app()
    except ValidationError as error:
        _refuse("\n".join(str(problem) for problem in problems_of(error)))
    except (PipelineError, ValueError, TypeError, OSError, yaml.YAMLError) as error:
        _refuse(str(error))


def _refuse(message: str) -> None:
    sys.stderr.write(f"onboarding: {message}\n")
    raise SystemExit(2)


if __name__ == "__main__":
    main()
