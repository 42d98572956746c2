"""Purchases at the sandbox's three sources: what each holds, row by row, and the rules that its dirt breaks."""
