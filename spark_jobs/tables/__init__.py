"""The Delta tables: what the contract says they are, what makes and changes them, and what their commits note."""
