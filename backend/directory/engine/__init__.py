"""How names are compared: one spelling of each, its keys in the index, and how near a search comes to it."""
