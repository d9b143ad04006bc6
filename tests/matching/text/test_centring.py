"""Vectors made comparable: means by language, missing texts, refusals."""

import numpy as np
import pytest

from matching.errors import BadVectors
from matching.text.centring import centre, centre_texts, check_vectors, language_means, normalise_rows
from matching.types import Vectors

FIELDS = ("seeks", "offers", "about")


def rows(seed, count=40, dimensions=8):
    return normalise_rows(np.random.default_rng(seed).standard_normal((count, dimensions)))


def test_the_mean_of_a_small_language_is_shrunk_to_the_overall_mean():
    vectors = rows(1)
    means = language_means(vectors, ["th"] * 2 + ["en"] * 38, shrink=50)
    overall = vectors.mean(axis=0)
    expected = (vectors[:2].sum(axis=0) + 50 * overall) / 52
    assert means["th"] == pytest.approx(expected, abs=1e-6)
    assert np.linalg.norm(means["th"] - overall) < np.linalg.norm(means["en"] - overall) + 0.1


def test_texts_of_unknown_language_and_of_new_ones_take_the_mean_of_all():
    vectors = rows(2)
    means = language_means(vectors, [""] * 40)
    assert centre(vectors, ["xx"] * 40, means) == pytest.approx(centre(vectors, [""] * 40, means))


def test_a_missing_text_stays_zero_and_does_not_count_in_the_means():
    vectors = rows(3)
    vectors[5] = 0
    means = language_means(vectors, ["en"] * 40)
    assert means[""] == pytest.approx(np.delete(vectors, 5, axis=0).mean(axis=0), abs=1e-6)
    assert not centre(vectors, ["en"] * 40, means)[5].any()


def test_about_replaces_missing_seeks_and_offers_at_a_lower_weight():
    given = Vectors(rows(1), rows(2), rows(3))
    given.seeks[0] = 0
    languages = {name: [""] * 40 for name in FIELDS}
    means = {name: language_means(getattr(given, name), [""] * 40) for name in FIELDS}
    texts = centre_texts(given, languages, means, stand_in=0.25)
    assert texts.seeks[0].tolist() == texts.about[0].tolist()
    assert (texts.seeks_weight[0, 0], texts.seeks_weight[1, 0]) == (0.5, 1.0)


def test_own_text_is_about_or_else_the_mean_of_seeks_and_offers():
    given = Vectors(rows(1), rows(2), rows(3))
    given.about[0] = 0
    languages = {name: [""] * 40 for name in FIELDS}
    means = {name: language_means(getattr(given, name), [""] * 40) for name in FIELDS}
    texts = centre_texts(given, languages, means)
    assert texts.own[1].tolist() == texts.about[1].tolist()
    assert texts.own[0] == pytest.approx(normalise_rows(texts.seeks[:1] + texts.offers[:1])[0])


def test_a_fixed_prior_centres_a_single_text_of_its_language():
    """One Thai text among English ones: its own mean would erase it, the mean of all is no help."""
    prior = {"th": rows(9, 1)[0], "km": rows(10, 1)[0]}
    vectors = rows(1)
    means = language_means(vectors, ["th"] + ["en"] * 39, shrink=5, priors=prior)
    assert means["th"] == pytest.approx((vectors[0] + 5 * prior["th"]) / 6, abs=1e-6)
    assert means["km"] == pytest.approx(prior["km"], abs=1e-6)
    overall = (vectors.sum(axis=0) + 5 * (prior["th"] + prior["km"]) / 2) / 45
    assert means[""] == pytest.approx(overall, abs=1e-6)
    assert means["en"] == pytest.approx((vectors[1:].sum(axis=0) + 5 * overall) / 44, abs=1e-6)


def test_priors_of_another_length_are_refused():
    with pytest.raises(BadVectors, match="priors"):
        language_means(rows(1), [""] * 40, priors={"th": np.zeros(3)})


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_vectors_that_are_not_finite_are_refused_with_their_row(bad):
    given = Vectors(rows(1), rows(2), rows(3))
    given.offers[7, 2] = bad
    with pytest.raises(BadVectors, match=r"vectors\.offers: row 7"):
        check_vectors(given, 40)


@pytest.mark.parametrize("shape", [(39, 8), (40, 7)])
def test_vectors_of_another_shape_are_refused(shape):
    with pytest.raises(BadVectors, match=r"vectors\.about"):
        check_vectors(Vectors(rows(1), rows(2), np.zeros(shape, np.float32)), 40)
