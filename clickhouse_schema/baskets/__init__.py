"""Basket rules in the warehouse: the sets of a run counted level by level, and what it found."""
