"""The pages of the people who work the cases: queues, letter runs, search, and the page of a case."""
