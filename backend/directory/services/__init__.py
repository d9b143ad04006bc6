"""Finding people, nudges, files, wishes to meet, times that organisers open, and examples of every mail."""
