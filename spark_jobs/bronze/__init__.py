"""Bronze: every landed row once, as it was landed."""
