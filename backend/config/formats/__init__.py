"""How dates and numbers are written, by language: Django's settings, and patterns of ours by their English one.

Numbers have a decimal point in every language, as in files and in what Python writes.
"""
