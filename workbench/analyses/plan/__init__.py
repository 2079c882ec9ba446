"""The open seats, the candidates for them, and the best plan."""
