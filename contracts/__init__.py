"""The datasets' contracts and their typed reader: the one place where a fact about the data stands."""
