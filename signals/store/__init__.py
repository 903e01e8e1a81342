"""The tables, how they change, and the few sentences of SQL by which the rooms above read and write them."""
