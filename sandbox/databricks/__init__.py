"""The Databricks Jobs API over https, running a job's tasks as processes on local Spark."""
