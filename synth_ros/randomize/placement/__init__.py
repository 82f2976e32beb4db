"""Where objects start: which place each goes to, and its pose there."""
