"""Texts and their shapes, as every engine must make them."""

SHAPES: list[tuple[str | None, str]] = [
    ("529.982.247-25", "999.999.999-99"),
    ("ana.Souza+1@Example.com", "aaa.Aaaaa+9@Aaaaaaa.aaa"),
    (" São Luís\t", " Aaa Aaaa\t"),
    ("５２٣½Ⅷ", "99999"),
    ("ǅ中ªß", "aaaa"),
    ("-1e5 🙂", "-9a9 🙂"),
    ("x" * 50, "a" * 40),
    ("", ""),
    (None, ""),
]
