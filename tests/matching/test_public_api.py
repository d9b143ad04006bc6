"""The public API of each matching package, so that a change of it is deliberate."""

from importlib import import_module

import pytest

PUBLIC = {
    "matching.network": [
        "BrokerageRoles",
        "LayeredMixingMatrix",
        "MixingMatrix",
        "Network",
        "assortativity",
        "betweenness",
        "blau_index",
        "brokerage_roles",
        "build_network",
        "coleman_homophily",
        "component_sizes",
        "degree_centralisation",
        "density",
        "ei_by_group",
        "ei_by_person",
        "ei_index",
        "expected_ei_by_group",
        "expected_ei_index",
        "isolates",
        "layered_mixing_matrix",
        "mixing_matrix",
    ],
    "matching.recommend": [
        "Priors",
        "QuotedText",
        "RunResult",
        "RunState",
        "Strength",
        "UpdateResult",
        "build_run",
        "closest_sentences",
        "explain_pair",
        "gini",
        "quoted_texts",
        "strength_of",
        "update_people",
        "with_quotations",
    ],
    "matching.scheduling": [
        "BadProblem",
        "Clock",
        "Conflict",
        "Deadline",
        "Locked",
        "Meeting",
        "Pair",
        "Plan",
        "Problem",
        "Progress",
        "ShouldStop",
        "Status",
        "faults_in",
        "solve",
        "solve_with_share",
    ],
    "matching.text": [
        "EncodePriors",
        "Encoder",
        "Kind",
        "ModelError",
        "bundled_model",
        "centre",
        "detect_language",
        "encoder_name",
        "language_means",
        "language_priors",
        "load_encoder",
        "similarities",
        "split_sentences",
    ],
}


@pytest.mark.parametrize(("package", "names"), PUBLIC.items())
def test_a_package_exports_exactly_these_names(package: str, names: list[str]) -> None:
    module = import_module(package)
    assert sorted(module.__all__) == names
    assert all(hasattr(module, name) for name in names)
