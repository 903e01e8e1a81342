"""Home visits on the pages: a day is planned, looked at and released, done at the door, and printed."""
