"""`make contract-diff`: what changed in the datasets' contracts since a base, and whether their versions say so.

Exit status 0: every version says what changed, or there was no base; 1: one does not; 2: nothing could be compared.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from contracts.diff.base import RELEASE_TAGS, NoRevision, last_release, write_files
from contracts.diff.comparison import SUFFIX, Comparison, compare
from contracts.diff.official_tool import OFFLINE, ToolMissing, run
from contracts.problems import ContractError

NO_BASE = (
    f"contract-diff: NO BASE, NOTHING WAS COMPARED: there is no release tag {RELEASE_TAGS}; "
    "name a revision, as in DIFF_BASE=main"
)
NOTHING_COMPARED = 2
QUESTIONS = (["changelog"], ["breaking", "--perspective", "consumer"], ["breaking", "--perspective", "producer"])
"""What the official tool is asked about each pair of contracts."""


def main() -> None:
    """Compare, print, and leave with the status."""
    arguments = _arguments()
    try:
        base = arguments.base or last_release(arguments.folder)
        text, status = _compared(arguments, base) if base else _not_compared(arguments)
    except (NoRevision, ToolMissing, ContractError) as error:
        sys.exit(_fail(str(error)))
    sys.stdout.write(f"{text}\n")
    sys.exit(status)


def _fail(reason: str) -> int:
    sys.stderr.write(f"contract-diff: {reason}\n")
    return NOTHING_COMPARED


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="contract-diff", description=__doc__)
    parser.add_argument("--base", metavar="REVISION", help="what to compare with; by default the last release tag")
    parser.add_argument("--folder", type=Path, default=Path("contracts"), help="where the contracts are")
    parser.add_argument("--json", action="store_true", help="print the verdicts for machines, and nothing else")
    tool = parser.add_mutually_exclusive_group(required=True)
    tool.add_argument("--tool", type=Path, metavar="PYTHON", help="the Python of the official tool's environment")
    tool.add_argument("--without-tool", action="store_true", help="leave out what the official tool says")
    return parser.parse_args()


def _not_compared(arguments: argparse.Namespace) -> tuple[str, int]:
    return (json.dumps({"base": None, "compared": False, "datasets": []}) if arguments.json else NO_BASE), 0


def _compared(arguments: argparse.Namespace, revision: str) -> tuple[str, int]:
    with tempfile.TemporaryDirectory(prefix="contract-diff-") as folder:
        commit = write_files(arguments.folder, revision, SUFFIX, Path(folder))
        found = list(compare(Path(folder), arguments.folder))
        if arguments.json:
            datasets = [comparison.as_json() for comparison in found]
            text = json.dumps({"base": commit, "compared": True, "datasets": datasets}, indent=2)
        else:
            words = _words_of_the_tool(arguments.tool, found) if arguments.tool else {}
            sections = ["\n".join(_lines(comparison, words.get(comparison.dataset))) for comparison in found]
            text = "\n\n".join([f"contracts since {revision} ({commit[:12]})", *sections])
    return text, int(any(comparison.problem for comparison in found))


def _lines(comparison: Comparison, words: str | None) -> Iterator[str]:
    yield f"{comparison.dataset}: {comparison.version_before or '-'} to {comparison.version_now or '-'}"
    if words:
        yield words
    yield f"verdict: {comparison.verdict}"
    yield from (f"  {change}" for change in comparison.changes)
    if comparison.problem:
        yield f"  FAILED: {comparison.problem}"


def _words_of_the_tool(python: Path, found: Sequence[Comparison]) -> dict[str, str]:
    """What the tool answers about each dataset that is on both sides, each answer under its question."""
    pairs = {one.dataset: [OFFLINE, str(one.base), str(one.current)] for one in found if one.base and one.current}
    answers = iter(run(python, [[*question, *pair] for pair in pairs.values() for question in QUESTIONS]))
    return {
        dataset: "\n".join(
            f"datacontract {' '.join(question)}\n{next(answers).text.rstrip()}" for question in QUESTIONS
        )
        for dataset in pairs
    }


if __name__ == "__main__":
    main()
