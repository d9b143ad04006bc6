"""Text vectors, recommendation, network statistics and scheduling, in four packages without Django."""
