"""How does the score learn from a municipality's own history, and which model orders its work?"""
