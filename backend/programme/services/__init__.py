"""Writes of programmes: drafts ordered, changed by hand, published and withdrawn."""
