"""From arrears facts to a score with its explanation; knows no names, addresses or channels."""
