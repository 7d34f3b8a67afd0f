"""What the core hands out is a value: it cannot be changed by whoever gets it."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil

from shardcalc import core

MODULES = [
    importlib.import_module(each.name) for each in pkgutil.walk_packages(core.__path__, f"{core.__name__}.")
]
CLASSES = [
    each
    for module in MODULES
    for each in vars(module).values()
    if isinstance(each, type) and dataclasses.is_dataclass(each) and each.__module__ == module.__name__
]
WITH_A_DICT = {"Consumer", "Counted", "Forecast", "Judged", "Rates", "Workload"}
"""Some keep what they worked out once."""


def test_every_dataclass_of_the_core_is_frozen():
    assert len(CLASSES) > 20
    assert [each.__qualname__ for each in CLASSES if not each.__dataclass_params__.frozen] == []


def test_only_what_keeps_its_results_has_room_for_more_than_its_fields():
    assert {each.__qualname__ for each in CLASSES if "__slots__" not in vars(each)} == WITH_A_DICT
