DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
# Patterns of the pages by the English one they stand for.
globals().update(
    {
        "D j M": "D, j/n",
        "D j M, H:i": "D, j/n, H:i",
        "D j M Y": "D, j/n/Y",
        "j M": "j/n",
        "j M Y": "j/n/Y",
        "j M Y, H:i": "j/n/Y, H:i",
        "j M Y, H:i:s": "j/n/Y, H:i:s",
        "j F Y": "j F, Y",
        "j F Y, H:i": "j F, Y, H:i",
        "l j F": "l, j F",
        "l j F Y": "l, j F, Y",
        "l j F Y, H:i": "l, j F, Y, H:i",
    }
)
