"""Compares flow runs with what Kubernetes knows of their Jobs and pods, and settles those that were lost.

observation → decision → settlement: what there is, what of it is lost (a pure function), what is done about it.
"""
