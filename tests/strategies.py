"""What several property tests draw from: rates with zero among them, and cash flows of an ordinary
size.
"""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st

few = settings(max_examples=50, deadline=None)
rates = st.just(0.0) | st.floats(1e-6, 0.25)
flows = st.lists(st.floats(1.0, 500.0), min_size=2, max_size=30)
