"""What people and monitoring see in a browser: the workbench of the municipality, the metrics and the health."""
