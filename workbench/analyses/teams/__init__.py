"""Teams by cycle: who is in them, who leads and manages them, and what becomes of them."""
