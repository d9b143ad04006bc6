"""What a run leaves behind so that one changed person can be matched again without the others."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from matching.errors import BadState
from matching.recommend.features import Spread, Yardstick
from matching.recommend.ranking import Places, Shortlists
from matching.text.tfidf import BUCKETS, FIELDS, IdfWeights
from matching.types import Array

VERSION = 3
_SPREADS = ("seeks_offers", "about", "smooth", "lexical", "pagerank")
_NUMBERS = ("about_cap", "text_sd", "pagerank_floor", "overlap_cap")


@dataclass(frozen=True, slots=True)
class RunState:
    """Row k is the k-th participant by id. `scale` is C, `dampening` the mean h, `bonus` gamma; `words`
    the counts."""

    ids: Array
    scale: Array
    dampening: Array
    bonus: float
    yardstick: Yardstick
    words: sp.csr_matrix
    shortlists: Shortlists
    places: Places

    def to_bytes(self) -> bytes:
        """As a compressed archive of arrays; nothing in it is executed when read."""
        y = self.yardstick
        header = {
            "version": VERSION,
            "bonus": self.bonus,
            "spreads": {name: asdict(getattr(y, name)) for name in _SPREADS},
            "numbers": {name: getattr(y, name) for name in _NUMBERS},
            "means": {field: sorted(by_language) for field, by_language in y.means.items()},
        }
        arrays: dict[str, Any] = {
            f"means/{field}": np.stack([by_language[name] for name in sorted(by_language)])
            for field, by_language in y.means.items()
        }
        arrays |= {f"shortlists/{name}": getattr(self.shortlists, name) for name in Shortlists.__slots__}
        arrays |= {f"places/{name}": getattr(self.places, name) for name in Places.__slots__}
        arrays |= {
            "words/data": self.words.data,
            "words/indices": self.words.indices,
            "words/indptr": self.words.indptr,
        }
        arrays |= {"ids": self.ids, "scale": self.scale, "dampening": self.dampening, "idf": y.words.idf}
        buffer = io.BytesIO()
        arrays["header"] = np.frombuffer(json.dumps(header).encode(), np.uint8)
        np.savez_compressed(buffer, **arrays)
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> RunState:
        """Read `to_bytes` back. BadState for anything else, an older version included."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files}
            header = json.loads(bytes(arrays.pop("header")))
            if header["version"] != VERSION:
                raise BadState(
                    f"the stored state has version {header['version']}, this code reads {VERSION}: rebuild"
                )
            return cls._read(header, arrays)
        except BadState:
            raise
        except Exception as error:
            raise BadState(f"the stored state cannot be read ({error}): rebuild") from error

    @classmethod
    def _read(cls, header: dict[str, Any], arrays: Mapping[str, Array]) -> RunState:
        means, spreads = header["means"], header["spreads"]
        rest: dict[str, Any] = {name: Spread(**values) for name, values in spreads.items()} | header[
            "numbers"
        ]
        yardstick = Yardstick(
            means={f: dict(zip(names, arrays[f"means/{f}"], strict=True)) for f, names in means.items()},
            words=IdfWeights(arrays["idf"]),
            **rest,
        )
        people = len(arrays["ids"])
        words = sp.csr_matrix(
            (arrays["words/data"], arrays["words/indices"], arrays["words/indptr"]),
            shape=(people, len(FIELDS) * BUCKETS),
        )
        return cls(
            ids=arrays["ids"],
            scale=arrays["scale"],
            dampening=arrays["dampening"],
            bonus=float(header["bonus"]),
            yardstick=yardstick,
            words=words,
            shortlists=Shortlists(*(arrays[f"shortlists/{name}"] for name in Shortlists.__slots__)),
            places=Places(*(arrays[f"places/{name}"] for name in Places.__slots__)),
        )
