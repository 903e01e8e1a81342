"""Which signals belong to one person and one household; cleaning, identity, caseload and exclusion lists."""
