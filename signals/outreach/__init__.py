"""From reports to routed cases: the rules of borders.md section 4 as pure functions, and the shell around them."""
