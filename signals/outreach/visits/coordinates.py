"""Where is a point of the national grid on the globe, and the other way round?

The Dutch grid (Rijksdriehoeksstelsel, RD, EPSG:28992) counts metres east and north; a navigation app and a routing
server ask for degrees (ETRS89, EPSG:4258). Degrees of GPS (WGS 84, EPSG:4326) are taken for ETRS89, as is usual here:
they lie less than a metre apart.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from pyproj import Transformer

if TYPE_CHECKING:
    from collections.abc import Iterable

Metres = tuple[float, float]
"""x (east) and y (north) in RD."""
Degrees = tuple[float, float]
"""Latitude and longitude."""

# The operation "Amersfoort to ETRS89 (8)" of EPSG with the projection "RD New", written out. Its own accuracy is
# 0.25 m; the correction grid of RDNAPTRANS, for centimetres, is a file that pyproj has on one machine and not on
# another: written out, the result is the same on all.
_DATUM: Final = (
    "+x=565.7381 +y=50.4018 +z=465.2904 +rx=0.395025981036064 +ry=-0.330772431242031 +rz=1.87607329462821 +s=4.07244"
)
_PROJECTION: Final = "+lat_0=52.1561605555556 +lon_0=5.38763888888889 +k=0.9999079 +x_0=155000 +y_0=463000"
_STEPS: Final = (
    "+proj=unitconvert +xy_in=deg +xy_out=rad",
    "+proj=push +v_3",
    "+proj=cart +ellps=GRS80",
    f"+inv +proj=helmert {_DATUM} +convention=coordinate_frame",
    "+inv +proj=cart +ellps=bessel",
    "+proj=pop +v_3",
    f"+proj=sterea {_PROJECTION} +ellps=bessel",
)
# The land of the country: no x of it is a y, so that a file in which they changed places is seen.
_EAST: Final = (10_000.0, 280_000.0)
_NORTH: Final = (300_000.0, 625_000.0)
_LATITUDES: Final = (50.7, 53.7)
_LONGITUDES: Final = (3.2, 7.3)


def metres_of(points: Iterable[Degrees]) -> list[Metres]:
    """The points in RD, as far as the grid goes right to about 0.25 m."""
    latitudes, longitudes = _apart(points)
    x, y = _transformer().transform(longitudes, latitudes)
    return list(zip(x, y, strict=True))


def degrees_of(points: Iterable[Metres]) -> list[Degrees]:
    """The points of RD as latitude and longitude."""
    x, y = _apart(points)
    longitudes, latitudes = _transformer().transform(x, y, direction="INVERSE")
    return list(zip(latitudes, longitudes, strict=True))


def fault_of_metres(x: float, y: float) -> str | None:
    """Why these cannot be RD coordinates in the Netherlands, and what to do; None when they can."""
    if _lies_in(x, _EAST) and _lies_in(y, _NORTH):
        return None
    if _lies_in(y, _EAST) and _lies_in(x, _NORTH):
        return "x and y are swapped; x is east (10,000 to 280,000), y is north (300,000 to 625,000)"
    if fault_of_degrees(x, y) is None or fault_of_degrees(y, x) is None:
        return "x and y are degrees, not metres in RD; call the columns lat and lon"
    return "not in the Netherlands; x is 10,000 to 280,000 and y is 300,000 to 625,000 metres in RD"


def fault_of_degrees(latitude: float, longitude: float) -> str | None:
    """Why these cannot be a latitude and longitude in the Netherlands, and what to do; None when they can."""
    if _lies_in(latitude, _LATITUDES) and _lies_in(longitude, _LONGITUDES):
        return None
    if _lies_in(longitude, _LATITUDES) and _lies_in(latitude, _LONGITUDES):
        return "lat and lon are swapped; lat is 50.7 to 53.7, lon is 3.2 to 7.3"
    if _lies_in(max(latitude, longitude), _NORTH):
        return "lat and lon are metres, not degrees; call the columns x and y"
    return "not in the Netherlands; lat is 50.7 to 53.7 and lon is 3.2 to 7.3 degrees"


def _lies_in(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]


def _apart(points: Iterable[tuple[float, float]]) -> tuple[list[float], list[float]]:
    pairs = list(points)
    return [one for one, _ in pairs], [other for _, other in pairs]


@cache
def _transformer() -> Transformer:
    return Transformer.from_pipeline(" +step ".join(("+proj=pipeline", *_STEPS)))
