"""Silver: typed, checked, masked rows, the latest of each key; and the rows that break a rule."""
