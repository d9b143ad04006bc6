"""How languages and times are put into words."""
