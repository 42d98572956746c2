"""Long-lived processes of a sandbox: their ports, how they are started, found again, seen to answer and stopped."""
