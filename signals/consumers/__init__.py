"""From the broker to the intake and from the outbox back: the only room that speaks Kafka."""
