"""What changed in the datasets' contracts since a revision, and whom that breaks: `make contract-diff`."""
