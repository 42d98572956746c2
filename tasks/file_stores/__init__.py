"""Opens the places that files are dropped into and that are no folder of this machine."""
