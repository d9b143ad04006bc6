"""Texts to vectors: language identification, sentence splitting and the sentence encoder."""

from matching.text.centring import centre, language_means, similarities
from matching.text.encoder import Encoder, Kind, encoder_name, load_encoder
from matching.text.language import detect_language
from matching.text.model import ModelError, bundled_model
from matching.text.priors import EncodePriors, language_priors
from matching.text.sentences import split_sentences

__all__ = [
    "EncodePriors",
    "Encoder",
    "Kind",
    "ModelError",
    "bundled_model",
    "centre",
    "detect_language",
    "encoder_name",
    "language_means",
    "language_priors",
    "load_encoder",
    "similarities",
    "split_sentences",
]
