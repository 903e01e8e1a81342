"""A broker for the tests: a real Apache Kafka where Java and Maven are present."""

import warnings

with warnings.catch_warnings():
    # kafka-python reads its own schemas with functions that Python 3.11 frowns upon, and warnings are errors here.
    warnings.filterwarnings("ignore", "(read|open)_text is deprecated", DeprecationWarning)
    import kafka  # noqa: F401 - only to have it imported
