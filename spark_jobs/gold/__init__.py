"""Gold: groups of the rows of silver, as the contract computes them."""
