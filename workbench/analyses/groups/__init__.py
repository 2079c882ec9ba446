"""The groups in which people fall, without any profile."""
