"""Looks, before something is begun, whether all that it needs is there; of what is not, it says how to get it."""
