"""Report: the facts of a run, its books, what went wrong, and the artifacts that show it."""
