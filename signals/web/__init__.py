"""What people and monitoring see in a browser: for now the metrics, the health and a first page."""
