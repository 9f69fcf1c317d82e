"""How an answer is tried: what a check says of it, and how networks are compared."""
