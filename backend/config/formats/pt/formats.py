DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
# Patterns of the pages by the English one they stand for.
globals().update(
    {
        "j F Y": r"j \d\e F \d\e Y",
        "j F Y, H:i": r"j \d\e F \d\e Y, H:i",
        "l j F": r"l, j \d\e F",
        "l j F Y": r"l, j \d\e F \d\e Y",
        "l j F Y, H:i": r"l, j \d\e F \d\e Y, H:i",
    }
)
