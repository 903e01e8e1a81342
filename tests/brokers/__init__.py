"""A broker for the tests: a real Apache Kafka where Java and Maven are present."""
