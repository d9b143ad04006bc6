"""Latent semantic analysis against scikit-learn and the exact decomposition of numpy."""

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.decomposition import TruncatedSVD
from sklearn.metrics.pairwise import cosine_similarity

from matching.text.lsa import latent_vectors
from matching.text.tfidf import fit_idf, term_frequencies, tfidf_vectors

TEXTS = [
    "sharing evidence of chat groups with the police",
    "police need evidence from platforms",
    "chat platforms for schools",
    "training teachers in rural schools",
    "teachers and parents in one class",
    "",
]


def tfidf():
    counts = term_frequencies(TEXTS)
    return tfidf_vectors(counts, fit_idf(counts))


def random_rows(people=60, terms=200):
    return sp.random_array((people, terms), density=0.1, format="csr", rng=np.random.default_rng(3))


def test_cosines_equal_those_of_scikit_learn():
    rows = random_rows()
    expected = cosine_similarity(TruncatedSVD(12, random_state=0).fit_transform(rows))
    vectors = latent_vectors(sp.csr_matrix(rows), dimensions=12)
    assert vectors.dtype == np.float32
    assert vectors @ vectors.T == pytest.approx(expected, abs=1e-5)


def test_cosines_equal_those_of_the_exact_decomposition():
    rows = sp.csr_matrix(np.diag([9.0, 5, 3, 1, 0.1]) @ np.random.default_rng(1).random((5, 40)))
    left, values, _ = np.linalg.svd(rows.toarray(), full_matrices=False)
    vectors = latent_vectors(rows, dimensions=3)
    assert vectors @ vectors.T == pytest.approx(cosine_similarity(left[:, :3] * values[:3]), abs=1e-5)


def test_a_space_of_all_dimensions_keeps_the_cosines_of_the_terms():
    rows = tfidf()
    vectors = latent_vectors(rows)
    assert vectors.shape[1] <= len(TEXTS)
    assert vectors @ vectors.T == pytest.approx((rows @ rows.T).toarray(), abs=1e-5)


def test_texts_without_a_word_in_common_meet_over_a_third():
    counts = term_frequencies(["police evidence", "evidence platform", "platform schools", "fishing boats"])
    rows = tfidf_vectors(counts, fit_idf(counts))
    vectors = latent_vectors(rows, dimensions=1)
    assert (rows @ rows.T)[0, 2] == 0
    assert (vectors @ vectors.T)[0, 2] > 0.9 > 0.1 > (vectors @ vectors.T)[0, 3]


def test_a_person_without_text_has_no_vector():
    assert not latent_vectors(tfidf())[TEXTS.index("")].any()
    assert not latent_vectors(term_frequencies(["", ""])).any()
    assert latent_vectors(term_frequencies([])).shape[0] == 0


@pytest.mark.parametrize("texts", [["police"], ["police", "police", ""], ["police evidence"] * 3])
def test_one_text_or_one_term_is_kept_as_it_is(texts):
    rows = term_frequencies(texts)
    vectors = latent_vectors(rows)
    written = [float(bool(text)) for text in texts]
    assert vectors @ vectors.T == pytest.approx(np.outer(written, written), abs=1e-6)


def test_the_same_seed_gives_the_same_vectors():
    rows = sp.csr_matrix(random_rows())
    assert (latent_vectors(rows, 12, seed=4) == latent_vectors(rows, 12, seed=4)).all()
