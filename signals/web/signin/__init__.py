"""Who are you, and what may you do? Sign-in at the municipality's own provider, sessions, and limits on trying."""
