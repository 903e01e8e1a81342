"""What do people do with the work that waits? Claims, contact attempts, decisions, referrals, notes."""
