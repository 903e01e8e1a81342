"""Which pages look at the work as a whole: the logs, the partners, the overview."""
