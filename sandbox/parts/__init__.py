"""The embedded parts: each installs what it needs at pinned versions, and says how it is started and seen to answer."""
