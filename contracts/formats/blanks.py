"""The blanks that every engine is told to take for blanks, and the address pattern that is made of them.

Each engine trims differently (Python's `str.strip` and Java's `isWhitespace` know other blanks), so they are listed.
"""

from __future__ import annotations

_SPACES = "".join(map(chr, range(0x2000, 0x200B)))
BLANK_CHARACTERS = f"\t\n\x0b\f\r \x85\xa0\u1680{_SPACES}\u2028\u2029\u202f\u205f\u3000"
"""The blanks: Unicode's White_Space. A text of nothing else counts as missing, and values are read without the blanks
around them."""

BLANKS = "[\\x{9}-\\x{D}\\x{20}\\x{85}\\x{A0}\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}\\x{202F}\\x{205F}\\x{3000}]"
"""The blanks as a regex character class, in ranges: Java's engine looks at each member of a class, for every letter."""

EMAIL_PATTERN = f"^[^@{BLANKS[1:-1]}]+@[^@{BLANKS[1:-1]}]+\\.[A-Za-z]{{2,}}$"
"""One `@`, something before it, no blanks, and a dot in the domain with two or more letters after it."""
