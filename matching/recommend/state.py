"""The state of a run, stored so that changes can be matched without a full run."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from matching.errors import BadState
from matching.recommend.features import ScoreStatistics, Standardiser
from matching.recommend.ranking import RankedLists, Shortlists
from matching.text.lsa import LatentSpace
from matching.text.tfidf import BUCKETS, TERM_BLOCKS, IdfWeights
from matching.types import Array

VERSION = 7
COMPRESSION = 1
"""Level of zlib: numpy's own, 6, takes twice as long for 3 % less."""
_STATISTICS = ("seeks_offers", "seeks_about", "smooth", "lexical", "latent", "odd_paths", "pagerank")
_NUMBERS = ("pagerank_floor", "overlap_cap", "odd_lift")


@dataclass(frozen=True, slots=True)
class RunState:
    """Row k is the k-th participant by id. ids, scale (C), mean_scores (mean h): (n,); bonus: gamma;
    own_exponent: of the own score in the choice of lists; term_counts: (n, terms); latent: (n, k)."""

    ids: Array
    scale: Array
    mean_scores: Array
    bonus: float
    own_exponent: float
    standardiser: Standardiser
    term_counts: sp.csr_matrix
    latent: Array
    shortlists: Shortlists
    lists: RankedLists

    def to_bytes(self) -> bytes:
        """A compressed NPZ archive without pickles."""
        y = self.standardiser
        header = {
            "version": VERSION,
            "bonus": self.bonus,
            "own_exponent": self.own_exponent,
            "spreads": {name: asdict(getattr(y, name)) for name in _STATISTICS},
            "numbers": {name: getattr(y, name) for name in _NUMBERS},
            "means": {field: sorted(by_language) for field, by_language in y.means.items()},
        }
        arrays: dict[str, Any] = {
            f"means/{field}": np.stack([by_language[name] for name in sorted(by_language)])
            for field, by_language in y.means.items()
        }
        arrays |= {f"shortlists/{name}": getattr(self.shortlists, name) for name in Shortlists.__slots__}
        arrays |= {f"places/{name}": getattr(self.lists, name) for name in RankedLists.__slots__}
        arrays |= {
            "words/data": self.term_counts.data,
            "words/indices": self.term_counts.indices,
            "words/indptr": self.term_counts.indptr,
        }
        arrays |= {
            "latent/columns": y.latent_space.columns,
            "latent/components": y.latent_space.components,
            "latent/people": self.latent,
        }
        arrays |= {"ids": self.ids, "scale": self.scale, "dampening": self.mean_scores, "idf": y.idf.idf}
        arrays["header"] = np.frombuffer(json.dumps(header).encode(), np.uint8)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION) as archive:
            for name, values in arrays.items():
                with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                    np.lib.format.write_array(entry, np.asarray(values), allow_pickle=False)
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> RunState:
        """The state of `to_bytes`. Raises BadState for anything else, other versions included."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files}
            header = json.loads(bytes(arrays.pop("header")))
            if header["version"] != VERSION:
                raise BadState(f"the stored state has version {header['version']}, this code reads {VERSION}: rebuild")
            return cls._read(header, arrays)
        except BadState:
            raise
        except Exception as error:
            raise BadState(f"the stored state cannot be read ({error}): rebuild") from error

    @classmethod
    def _read(cls, header: dict[str, Any], arrays: Mapping[str, Array]) -> RunState:
        means, statistics = header["means"], header["spreads"]
        rest: dict[str, Any] = {name: ScoreStatistics(**values) for name, values in statistics.items()} | header[
            "numbers"
        ]
        standardiser = Standardiser(
            means={f: dict(zip(names, arrays[f"means/{f}"], strict=True)) for f, names in means.items()},
            idf=IdfWeights(arrays["idf"]),
            latent_space=LatentSpace(arrays["latent/columns"], arrays["latent/components"]),
            **rest,
        )
        people = len(arrays["ids"])
        term_counts = sp.csr_matrix(
            (arrays["words/data"], arrays["words/indices"], arrays["words/indptr"]),
            shape=(people, TERM_BLOCKS * BUCKETS),
        )
        return cls(
            ids=arrays["ids"],
            scale=arrays["scale"],
            mean_scores=arrays["dampening"],
            bonus=float(header["bonus"]),
            own_exponent=float(header["own_exponent"]),
            standardiser=standardiser,
            term_counts=term_counts,
            latent=arrays["latent/people"],
            shortlists=Shortlists(*(arrays[f"shortlists/{name}"] for name in Shortlists.__slots__)),
            lists=RankedLists(*(arrays[f"places/{name}"] for name in RankedLists.__slots__)),
        )
