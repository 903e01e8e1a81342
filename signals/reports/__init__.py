"""Figures of what was done, for people and for machines."""
