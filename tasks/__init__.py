"""What flows are made of: extract, validate, land, run the job, record artifacts. Plain typed functions."""
