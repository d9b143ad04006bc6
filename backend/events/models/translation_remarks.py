"""What readers say of translations that read badly."""

from __future__ import annotations

from django.db import models


class TranslationRemark(models.Model):
    """A passage of a page that reads badly in a language, for administrators; nobody is named.

    `page` is the name of a route, without what an address holds.
    """

    language = models.CharField(max_length=10)
    page = models.CharField(max_length=100, blank=True)
    passage = models.TextField()
    wording = models.TextField(blank=True)  # how it should read
    made_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(passage=""), name="translation_remark_has_a_passage")]

    def __str__(self) -> str:
        return f"remark on a translation {self.pk}"
