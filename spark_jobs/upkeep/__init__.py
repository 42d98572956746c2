"""Upkeep: what keeps a dataset's tables quick, small and free of rows that were deleted."""
