"""How many examples hypothesis tries: all where the slow tests are selected (CI, ``-m ""``, ``-m slow``),
else a share.

``SHARDCALC_FUZZ=100`` tries a hundred times as many; ``--hypothesis-seed=N`` makes them the same again.

``SHARDCALC_SHRINK=no`` tells the first example that fails, where only whether one does matters.

The profiles are chosen by tests/conftest.py. A test without settings of its own has their 100 or 30; one that
needs more says so with ``@examples(600)``, and has 600 or 180.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

# How long an example takes says more of the machine than of the code: no deadline, and no complaint about a
# slow start.
settings.register_profile(
    "full",
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate] if os.environ.get("SHARDCALC_SHRINK") == "no" else list(Phase),
)
settings.register_profile("quick", settings.get_profile("full"), max_examples=30)


def choose(markers: str) -> None:
    """Load the profile for an expression of markers, as ``-m`` takes it."""
    settings.load_profile("quick" if "not slow" in markers else "full")


def examples(most: int, **more: object) -> settings:
    """So many examples in full, and the profile's share of them otherwise."""
    times = int(os.environ.get("SHARDCALC_FUZZ", "1"))
    return settings(max_examples=most * times * settings.default.max_examples // 100, **more)
