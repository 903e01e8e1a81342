"""The whole system as its users run it: commands, worker and relay as processes, a real broker, a real database."""
