"""Which zone a shared place lies in, found offline. The place itself is not kept, and not handed on."""

from __future__ import annotations

import tzfpy


def zone_at(latitude: float, longitude: float) -> str | None:
    """None at sea, where there are only offsets, and for what is no place on earth."""
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    zone: str = tzfpy.get_tz(longitude, latitude)
    return zone if zone and not zone.startswith("Etc/") else None
