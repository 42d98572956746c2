"""Peers' scripts import what only their own environments have: nothing in them is collected."""

collect_ignore = ["peers"]
