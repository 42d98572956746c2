"""Extract: what each kind of source delivers, in chunks of standardized columns, values as the source writes them."""
