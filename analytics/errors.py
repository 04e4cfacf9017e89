"""
What an analysis may refuse to do.

* AnalysisError
  x NotEnoughData
  x DeliveryFailed
"""

from __future__ import annotations


class AnalysisError(Exception):
    """An analysis cannot answer; `str(error)` is safe to show to a reader."""


class NotEnoughData(AnalysisError):
    """Fewer rows than the method needs."""


class DeliveryFailed(AnalysisError):
    """Members could not be sent where they were to go."""
