"""What somebody with more rights than the deployer does, once, rendered as scripts to read and run."""
