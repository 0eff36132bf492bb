"""Turns of teams in one daemon: one that hangs or fails is nobody else's; it ends as it should."""

from __future__ import annotations
