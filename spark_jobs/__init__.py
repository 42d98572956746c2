"""Bronze, silver and gold: the lakehouse's transformations on Spark and Delta Lake, in the order of the data's way."""
