"""The embedded parts behind ``make run``: real servers that speak what Azure's services speak."""
