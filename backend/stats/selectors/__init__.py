"""Reads of an event's figures: as one frozen object, as worksheets, as sentences, and their names."""
