"""YAML and its places: no text is a traceback."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shardcalc.sources.profiles.yaml_events import YamlError, documents


@given(
    st.recursive(
        st.text("ab{}[],:&*!|>'\"%@`#-? \n", max_size=6),
        lambda inner: st.lists(inner, max_size=4).map("\n".join),
        max_leaves=20,
    )
)
def test_any_punctuation_is_yaml_or_an_error_with_a_place(text):
    place = True
    try:
        list(documents(text))
    except YamlError as error:
        place = error.place.line > 0
    assert place
