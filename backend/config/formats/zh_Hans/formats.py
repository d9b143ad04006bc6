DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
# Patterns of the pages by the English one they stand for.
globals().update(
    {
        "D j M": "n月j日 D",
        "D j M, H:i": "n月j日 D H:i",
        "D H:i": "D H:i",
        "j M": "n月j日",
        "j M Y": "Y年n月j日",
        "j M Y, H:i": "Y年n月j日 H:i",
        "j M Y, H:i:s": "Y年n月j日 H:i:s",
        "j F Y": "Y年n月j日",
        "j F Y, H:i": "Y年n月j日 H:i",
        "l j F": "n月j日 l",
        "l j F Y": "Y年n月j日 l",
        "l j F Y, H:i": "Y年n月j日 l H:i",
    }
)
