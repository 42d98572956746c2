"""The stacks, one per file, in the order they are deployed in."""
