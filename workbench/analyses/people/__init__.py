"""What reviews say of people: where they work, what they want, whether they left."""
