"""Announcing that an address is erased, for apps that the product does not import."""

from __future__ import annotations

from django.dispatch import Signal

address_erased = Signal()  # with `address` and `name`, within the transaction of the erasure
