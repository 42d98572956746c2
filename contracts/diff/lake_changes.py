"""How roles and service levels changed: access that is lost and rows that are kept for less time break readers."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from contracts.contract import Contract
from contracts.diff.change import NOBODY, READERS, Change, Word, always, match, spelled, when, word_changes
from contracts.lake_terms import Access, Layer, Role, ServiceLevel

RETENTION = "retention"

ROLE_WORDS: tuple[Word[Role], ...] = (
    Word("customProperties.workload", attrgetter("workload"), always(READERS)),
    Word("customProperties.readsPersonalData", attrgetter("reads_personal_data"), when(lambda was, _: was, READERS)),
)


def role_changes(before: Contract, after: Contract) -> Iterator[Change]:
    """What the roles that the contract states may do more, and less."""
    roles = match(before.roles, after.roles)
    yield from (Change(f"roles.{role.name}", "is gone", READERS) for role in roles.gone)
    yield from (Change(f"roles.{role.name}", "is new") for role in roles.new)
    for was, is_now in roles.both:
        path = f"roles.{is_now.name}"
        yield from word_changes(path, ROLE_WORDS, was, is_now)
        for layer in Layer:
            yield from _access_changes(f"{path}.customProperties.access.{layer}", _may(was, layer), _may(is_now, layer))


def _access_changes(path: str, before: tuple[Access, ...], after: tuple[Access, ...]) -> Iterator[Change]:
    lost, gained = set(before) - set(after), set(after) - set(before)
    if lost or gained:
        yield Change(path, f"was {spelled(before)}, is {spelled(after)}", READERS if lost else NOBODY)


def _may(role: Role, layer: Layer) -> tuple[Access, ...]:
    """What it may do there, in one order; who may do all may do each."""
    granted = role.access_by_layer.get(layer, ())
    return tuple(access for access in Access if access in granted or Access.ALL in granted)


def service_level_changes(before: Contract, after: Contract) -> Iterator[Change]:
    """What changed of `slaProperties`; a new retention takes away rows that nothing took away before."""
    levels = match(before.service_levels, after.service_levels, name=_promise)
    for level in levels.gone:
        yield Change(_path(level), f"is gone: was {_said(level)}")
    for level in levels.new:
        yield Change(_path(level), f"is new: {_said(level)}", READERS if level.property == RETENTION else NOBODY)
    for was, is_now in levels.both:
        if _said(was) != _said(is_now):
            text = f"was {_said(was)}, is {_said(is_now)}"
            yield Change(_path(is_now), text, READERS if _is_shorter(was, is_now) else NOBODY)


def _promise(level: ServiceLevel) -> tuple[str, str | None]:
    return level.property, level.element


def _is_shorter(was: ServiceLevel, is_now: ServiceLevel) -> bool:
    """Whether it is a retention of fewer days; the reader lets no other unit through."""
    return is_now.property == RETENTION and float(is_now.value) < float(was.value)


def _path(level: ServiceLevel) -> str:
    return ".".join(filter(None, ("slaProperties", *_promise(level))))


def _said(level: ServiceLevel) -> str:
    schedule = f"({level.scheduler or 'schedule'} {level.schedule})" if level.schedule else None
    return " ".join(str(word) for word in (level.value, level.unit, schedule) if word is not None)
