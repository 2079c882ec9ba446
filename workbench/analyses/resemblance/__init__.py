"""Which role each person resembles, and why."""
