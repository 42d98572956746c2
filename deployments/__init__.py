"""What is deployed where: prefect.yaml is rendered from the contract here."""
