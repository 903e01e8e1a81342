"""Home visits: where the addresses lie, which of them make a day, and what came of it."""
