"""Both tracks beside each other, aspect by aspect."""
