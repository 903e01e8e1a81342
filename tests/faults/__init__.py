"""The fault harness: real servers, real worker processes, seeded faults, and a reference that says what must be.

`python -m tests.faults --rounds N --faults-per-round M --seed S`; a round is repeated with `--rounds 1` and its seed.
"""
