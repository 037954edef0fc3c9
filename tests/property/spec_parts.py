"""What drawn events are made of: names, persons and members."""

from typing import Any

from hypothesis import strategies as st

from tests.unit.projections.making import ANNA, BERT

Spec = dict[str, Any]
PERSONS = [{"stream": ANNA}, {"stream": BERT}]
persons = st.sampled_from(PERSONS)


def named(*names: str) -> st.SearchStrategy[Spec]:
    return st.sampled_from(names).map(lambda name: {"name": name})


def merged(*parts: st.SearchStrategy[Spec]) -> st.SearchStrategy[Spec]:
    return st.tuples(*parts).map(lambda specs: {k: v for spec in specs for k, v in spec.items()})


def with_(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[Spec]:
    return st.fixed_dictionaries(members)
