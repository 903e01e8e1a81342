"""The slow, obviously right reference of borders.md section 4, and the event sets it is compared on.

It was written from the text of borders.md and domain.md alone and imports nothing of the rooms that judge:
its independence is its value. `model` judges a whole set of events, `generate` makes such sets, `stories`
tells the rules one sentence at a time, `summary` brings results into the shape of `signals run --json`.
"""
