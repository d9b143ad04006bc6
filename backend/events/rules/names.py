"""What to call somebody who has not said how they want to be called."""

from __future__ import annotations


def first_name_in(name: str) -> str:
    """The first word of a name that is not marked as the family's: by a comma after it, or by capitals.

    Without a mark nothing tells which word is the given name: in Vietnamese, Chinese, Khmer, Korean or
    Hungarian order the first is the family's, and a name in one word stays whole. So this is a guess for
    those who left their short name blank, and never more than one word.

    >>> first_name_in("Siti Rahma"), first_name_in("NGUYEN Mai"), first_name_in("Sok, Dara")
    ('Siti', 'Mai', 'Dara')
    >>> first_name_in("Nguyen Thi Mai"), first_name_in("王小明"), first_name_in("SOK DARA")
    ('Nguyen', '王小明', 'SOK')
    """
    words = name.replace(",", ", ").split()
    if len(words) > 1 and words[0].endswith(","):
        words = words[1:]
    unmarked = [word for word in words if not word.isupper() or sum(map(str.isalpha, word)) < 2]
    return next(iter(unmarked or words), "").rstrip(",")
