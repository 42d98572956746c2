"""The Databricks Jobs API 2.1 over https, running a job's tasks as processes on local Spark."""
