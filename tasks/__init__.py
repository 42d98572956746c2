"""What flows are made of, in the order of the data's way: extract, validate, land, transform, report."""
