"""Land: a load in Raw, all of it or nothing, each row once, with its manifest."""
