"""What texts mean that a source writes otherwise than the contract; both engines are held to it."""

from __future__ import annotations

from contracts.formats import BLANK_CHARACTERS, TextFormat
from contracts.formats.texts import Ignored, LetterCase, known_spellings

_BOTH = (Ignored.CASE, Ignored.ACCENTS)
_STORES = known_spellings({"RJ": "Rio de Janeiro", "Sampa": "São Paulo"}, ["Belém", "Rio de Janeiro"], _BOTH)

MEANINGS: dict[TextFormat, dict[str | None, str | None]] = {
    TextFormat(null_texts=("\\N", "NULL", "-")): {
        "\\N": None,
        "NULL": None,
        " - ": None,
        "null": "null",
        "--": "--",
        " a ": " a ",
        "": "",
        None: None,
    },
    TextFormat(trim=BLANK_CHARACTERS): {" \u3000a b\xa0": "a b", "a": "a", " ": ""},
    TextFormat(trim=BLANK_CHARACTERS + "'*"): {" '*a'b*' ": "a'b", "'": ""},
    TextFormat(leading_zeros_to=11): {
        "1234567890": "01234567890",
        " 191 ": "00000000191",
        "12345678901": "12345678901",
        "123456789012": "123456789012",
        " 12345678901 ": " 12345678901 ",
        "123.456.789-0": "123.456.789-0",
        "١٢٣": "١٢٣",
        "": "",
    },
    TextFormat(spellings=_STORES, ignoring=_BOTH): {
        "RJ": "Rio de Janeiro",
        " rj\n": "Rio de Janeiro",
        "RIO DE JANEIRO": "Rio de Janeiro",
        "sao paulo": "São Paulo",
        "SA\u0303O PAULO": "São Paulo",
        "sampa": "São Paulo",
        "BELEM": "Belém",
        "Natal": "Natal",
        " Natal": " Natal",
        "riodejaneiro": "riodejaneiro",
        None: None,
    },
    TextFormat(spellings=known_spellings({"RJ": "Rio de Janeiro"}, ["Belém"], [])): {
        "RJ": "Rio de Janeiro",
        "rj": "rj",
        "belém": "belém",
        "rio de janeiro": "rio de janeiro",
    },
    TextFormat(letter_case=LetterCase.UPPER): {"maçã ß ǆ ı": "MAÇÃ ß Ǆ I", "ŉ": "ŉ", "ж": "ж"},
    TextFormat(letter_case=LetterCase.LOWER, trim=BLANK_CHARACTERS): {" MAÇÃ İ ": "maçã İ", "Ж": "Ж"},
    TextFormat(("-",), BLANK_CHARACTERS, 3, (("Z", ("007",)),), (), LetterCase.UPPER): {
        " 7 ": "Z",
        "a": "A",
        " -": None,
        "8": "008",
    },
}
