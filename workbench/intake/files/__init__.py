"""Files in, sheets of cells out: every format, what Excel hides, and what would do harm."""
