"""Generates the sources of the dataset `product_returns`: purchases that customers brought or sent back."""
