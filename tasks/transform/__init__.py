"""Transform: the Databricks job, started when it has something to do, and followed to its end."""
