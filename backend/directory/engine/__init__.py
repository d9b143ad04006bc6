"""How names are compared: one spelling of each, its keys in the index, and how near a search comes to it."""

from backend.directory.engine.names import (
    Closeness,
    NameQuery,
    closeness_of,
    name_keys,
    read_query,
)

__all__ = ["Closeness", "NameQuery", "closeness_of", "name_keys", "read_query"]
