"""How dates and numbers are written in a language: settings of Django, and our patterns by the English one.

Numbers have a decimal point in every language, as in files and in what Python writes.
"""
