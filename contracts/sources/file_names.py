"""Patterns of files' names: which files of a folder hold a source's rows, and of which day each is.

`*` and `?` stand for characters within one folder's name, `**` for any folders, and `{yyyy-MM-dd}` for a date in
CLDR's letters, in one place or several (`{yyyy}/{MM}/{dd}`). Case does not matter. Names that begin with a dot, or end
like those of files that are still being written, match no pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import takewhile

INCOMPLETE_SUFFIXES = (".part", ".partial", ".tmp", ".filepart", ".crdownload")
"""How browsers, copying programs and branches call a file until it is complete."""

_TOKEN = re.compile(r"\*\*/|\*\*|\*|\?|\{[^{}]*\}|[^*?{}]+|[{}]")
_DATE_FIELDS = {"yyyy": r"(?P<year>[0-9]{4})", "MM": r"(?P<month>[0-9]{2})", "dd": r"(?P<day>[0-9]{2})"}
_WILDCARDS = {"**/": r"(?:[^/.][^/]*/)*", "**": r"(?:[^/.][^/]*/)*[^/.][^/]*", "*": "[^/]*", "?": "[^/]"}
_STRFTIME = {"yyyy": "%Y", "MM": "%m", "dd": "%d"}
_FIELD = re.compile("yyyy|MM|dd")


@dataclass(frozen=True)
class FilePattern:
    """A pattern of names relative to a folder, with `/` between folders; ValueError if it is none."""

    text: str

    def __post_init__(self) -> None:
        """Refuse what cannot be understood."""
        if not self.text or self.text.startswith("/") or set(self.text.split("/")) & {"", ".", ".."}:
            raise ValueError(f"{self.text!r} is no pattern of names below a folder, such as *.csv or vendas/**/*.csv")
        fields = _fields_of(self.text)
        if fields and sorted(fields) != sorted(_DATE_FIELDS):
            raise ValueError(
                f"{self.text} must name yyyy, MM and dd once each, if any, as in vendas-{{yyyy-MM-dd}}.csv"
            )

    def matches(self, name: str) -> bool:
        """Whether a complete file of that name is meant.

        >>> FilePattern("vendas/**/*.csv").matches("vendas/sul/01.CSV")
        True
        >>> FilePattern("*.csv").matches("sul/01.csv")
        False
        """
        last = name.rpartition("/")[2]
        return not last.startswith(".") and not last.lower().endswith(INCOMPLETE_SUFFIXES) and bool(self._match(name))

    def day(self, name: str) -> date | None:
        """The date in a name that matches; None for a pattern without one, or for a date that there is not.

        >>> FilePattern("{yyyy}/{MM}/sul-{dd}.csv").day("2026/01/sul-31.csv")
        datetime.date(2026, 1, 31)
        """
        found = self._match(name)
        if not found or not self.is_dated:
            return None
        try:
            return date(int(found["year"]), int(found["month"]), int(found["day"]))
        except ValueError:
            return None

    @property
    def is_dated(self) -> bool:
        """Whether names have a date."""
        return "{" in self.text

    def folders(self, since: date | None, until: date) -> Iterator[tuple[str, bool]]:
        """The folders to list, and whether with all that is below: of each day where folders are of a day each.

        >>> list(FilePattern("vendas/{yyyy}/{MM}/{dd}/*.csv").folders(date(2026, 1, 31), date(2026, 2, 1)))
        [('vendas/2026/01/31', False), ('vendas/2026/02/01', False)]
        >>> list(FilePattern("vendas/**/*.csv").folders(None, date(2026, 2, 1)))
        [('vendas', True)]
        """
        if since is None or not self.has_dated_folders:
            folders, days = self._folders_without(r"[*?{]"), [until]
        else:
            folders = self._folders_without(r"[*?]")
            days = [since + timedelta(days=number) for number in range((until - since).days + 1)]
        is_deep = len(folders) < self.text.count("/") or "**" in self.text
        yield from ((_of_day("/".join(folders), day), is_deep) for day in days)

    @property
    def has_dated_folders(self) -> bool:
        """Whether the whole date stands in the names of folders, before any wildcard."""
        return sorted(_fields_of("/".join(self._folders_without(r"[*?]")))) == sorted(_DATE_FIELDS)

    def example(self) -> str:
        """A name that matches."""
        return _of_day(self.text, date(2026, 1, 31)).replace("**/", "").replace("*", "x").replace("?", "x")

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        return re.compile("".join(map(_translated, _TOKEN.findall(self.text))), re.IGNORECASE | re.DOTALL)

    def _folders_without(self, wildcards: str) -> list[str]:
        return list(takewhile(lambda folder: not re.search(wildcards, folder), self.text.split("/")[:-1]))

    def _match(self, name: str) -> re.Match[str] | None:
        return self._regex.fullmatch(name)


def _translated(token: str) -> str:
    if token[0] != "{":
        return _WILDCARDS.get(token) or re.escape(token)
    return _FIELD.sub(lambda field: _DATE_FIELDS[field[0]], re.escape(token[1:-1]))


def _fields_of(text: str) -> list[str]:
    """The fields of a text's dates; what is none of theirs, or is within braces beside them, comes as it is."""
    return [field for token in _TOKEN.findall(text) if token[0] in "{}" for field in _fields(token)]


def _fields(token: str) -> list[str]:
    is_date = len(token) > len("{}") and not re.search(r"[^\W_]", _FIELD.sub("", token[1:-1]))
    return _FIELD.findall(token) if is_date else [token]


def _of_day(text: str, day: date) -> str:
    return re.sub(r"\{([^{}]*)\}", lambda found: day.strftime(_FIELD.sub(lambda f: _STRFTIME[f[0]], found[1])), text)
