"""Headers: where they stand, what they mean, and which field each column is."""
