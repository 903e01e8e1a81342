"""Letters: what one says and how it looks, and the runs in which they go out."""
