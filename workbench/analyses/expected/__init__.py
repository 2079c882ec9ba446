"""What is expected of people had they not been promoted, and how far they are from it."""
