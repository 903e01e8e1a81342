"""Benchmarks: each compares in one run, as a ratio, against a named peer or a physical limit (`make bench`)."""
