"""Rules of programmes: options, who may be planned, what clashes, and how conflicts read."""
