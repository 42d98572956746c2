"""The manifests of the worker and its surroundings (kustomize), and what fills in an environment."""
