"""Rules that say who is in a segment: their words, their tree, and the statement they become."""
