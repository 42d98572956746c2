"""How this package reads an Open Data Contract Standard document: the typed models are what stands in the file.

A model names the fields it uses by the standard's own words. What the standard has no word for stands in
`customProperties` (ODCS section Custom Properties), one entry a property; a model calls such a field `Custom`. A word
of the standard that nothing here uses is left alone, and a word that neither knows is a mistake.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

CUSTOM = "customProperties"


def Custom(name: str, **options: Any) -> Any:  # noqa: ANN401, N802 (reads as pydantic's own `Field`, and is typed as loosely)
    """A field that stands in `customProperties` under that name."""
    return Field(alias=f"{CUSTOM}.{name}", **options)


class OdcsModel(BaseModel):
    """A part of a contract as it stands in the file, frozen; `standard` is the standard's own model of the part."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)
    standard: ClassVar[type[BaseModel]]

    @model_validator(mode="before")
    @classmethod
    def _only_what_is_used(cls, content: Any) -> Any:  # noqa: ANN401 (whatever YAML holds)
        """The fields that the model has, `customProperties` among them, and those that nobody knows."""
        if not isinstance(content, Mapping):
            return content
        own = {field.alias for field in cls.model_fields.values()} | cls.model_fields.keys()
        unused = {field.alias or name for name, field in cls.standard.model_fields.items()} - own
        kept = {name: value for name, value in content.items() if name not in unused}
        customs = content.get(CUSTOM) or ()
        names = [_word(item, "property") for item in customs]
        if twice := sorted({str(name) for name in names if names.count(name) > 1}):
            raise ValueError(f"has the custom property {', '.join(twice)} more than once")
        if empty := [str(name) for name, item in zip(names, customs, strict=True) if _word(item, "value") is None]:
            raise ValueError(f"has the custom property {', '.join(empty)} without a value")
        return kept | {f"{CUSTOM}.{_word(item, 'property')}": _word(item, "value") for item in customs}


def _word(item: Any, name: str) -> Any:  # noqa: ANN401 (whatever YAML holds; the standard's model has found what is malformed)
    return item.get(name) if isinstance(item, Mapping) else item
