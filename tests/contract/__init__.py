"""The border: what comes in, what goes out."""
