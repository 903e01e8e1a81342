"""A synthetic municipality whose truth is known: events as partners send them, about nobody who exists."""
