"""What a source answers, as a table."""

from __future__ import annotations

import datetime as dt

from backend.core.outgoing import PATIENCE, Patience, fetch
from backend.integrations.models import Source
from backend.integrations.services.indico import read_indico
from backend.integrations.services.pretix import read_pretix
from backend.integrations.services.rows import SourceTable
from backend.integrations.services.tokens import opened
from backend.roster.services.files import read_list


def read_source(source: Source, *, now: dt.datetime, patience: Patience = PATIENCE) -> SourceTable:
    """The source's people as they are now; nothing is written, and no transaction may be open meanwhile.

    Refuses AddressRefused, PeerDenied, PeerFailed, UnreadableFile and EncodingNotConfirmed.
    """
    token = opened(source.token, now)
    if source.kind == Source.Kind.PRETIX:
        return read_pretix(source, token, patience)
    if source.kind == Source.Kind.INDICO:
        return read_indico(source, token, patience)
    authorization = f"Bearer {token}" if token else ""
    return SourceTable(read_list(fetch(source.address, authorization=authorization, patience=patience)))
