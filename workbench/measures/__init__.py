"""Measures: columns of the reviews as numbers, and those as scores that can be compared."""
