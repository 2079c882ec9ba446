"""Ratings: cells of any scale in, numbers out, with how each text was read."""
