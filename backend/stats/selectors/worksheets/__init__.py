"""The figures as worksheets to publish, with small counts withheld."""

from backend.stats.selectors.worksheets.draft import NOTE, WITHHELD
from backend.stats.selectors.worksheets.workbook import worksheets_for

__all__ = ["NOTE", "WITHHELD", "worksheets_for"]
