"""A picture as it was sent, made into two small squares that hold nothing but pixels."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from backend.core.errors import BusinessError

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 2 * 1024 * 1024
MOST_PIXELS = 24_000_000
SMALL, SMALL_BYTES = 96, 4_096
LARGE = 256
QUALITIES = (80, 65, 50, 35, 20, 10, 1)


class BadPicture(BusinessError):
    """What was sent cannot become a picture."""

    code = "bad_picture"
    status = 400


@dataclass(frozen=True, slots=True)
class Squares:
    """A picture in two sizes, as WebP."""

    small: bytes
    large: bytes


def squares_of(data: bytes) -> Squares:
    """The middle of the picture in both sizes; refuses BadPicture with one sentence for each fault."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    if not data:
        raise BadPicture(_("Choose a picture first."))
    if len(data) > MOST_BYTES:
        raise BadPicture(_("The picture has more than 2 MB. Choose a smaller one."))
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as sent:
            if sent.width * sent.height > MOST_PIXELS:
                raise BadPicture(_("The picture has more than 24 million pixels. Choose a smaller one."))
            sent.draft("RGB", (LARGE, LARGE))
            square = _square(ImageOps.exif_transpose(sent))
    except (UnidentifiedImageError, Image.DecompressionBombError):
        raise BadPicture(_("This is no JPEG, PNG or WebP picture. Choose another file.")) from None
    except (OSError, SyntaxError, ValueError, EOFError):
        raise BadPicture(_("The picture cannot be read to its end. Choose another file.")) from None
    small = (_webp(square, SMALL, quality) for quality in QUALITIES)
    return Squares(next(one for one in small if len(one) <= SMALL_BYTES), _webp(square, LARGE, QUALITIES[0]))


def _square(sent: Image.Image) -> Image.Image:
    """The pixels alone, on white, LARGE in both directions."""
    from PIL import Image, ImageOps

    fitted = ImageOps.fit(sent.convert("RGBA"), (LARGE, LARGE))
    square = Image.new("RGB", fitted.size, "white")
    square.paste(fitted, mask=fitted.getchannel("A"))
    return square


def _webp(square: Image.Image, side: int, quality: int) -> bytes:
    made = io.BytesIO()
    square.resize((side, side)).save(made, "WEBP", quality=quality, method=6)
    return made.getvalue()
