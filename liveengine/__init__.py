"""liveengine: a real-time live-performance engine.

The rooms and what may import what are described in ``docs/architecture.md``.
"""

__version__ = "0.1.0"
