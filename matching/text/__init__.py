"""Texts to vectors: language identification, sentence splitting and the sentence encoder."""
