"""Everything that crosses our border: events, code lists, schemas, examples (borders.md 1-3, 6)."""
