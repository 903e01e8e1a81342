"""From which address does a request come? It feeds the limits on sign-in, so nobody may choose it freely."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Network = IPv4Network | IPv6Network
_OF_ONE_LINE: Final = 64  # a household's or an office's IPv6 line has a network of so many bits, not one address


def networks(written: Iterable[str]) -> tuple[Network, ...]:
    """The networks of the setting `SIGNALS_TRUSTED_PROXIES`, which has checked them."""
    return tuple(ip_network(one) for one in written)


def client_address(peer: str, forwarded_for: str, trusted: Sequence[Network]) -> str:
    """Where a request comes from: the nearest address that is no proxy of ours.

    Args:
        peer: the address at the other end of the connection.
        forwarded_for: the `X-Forwarded-For` header, several of them joined by commas. What is nearest to us stands
            last; everything before an address that we do not trust may be made up.
        trusted: the proxies that are believed.

    Returns:
        An address for counting requests: of IPv6 the network of one line.
    """
    nearest = peer
    steps = [step.strip() for step in forwarded_for.split(",")]
    while steps and _is_of(nearest, trusted):
        if not _is_address(steps[-1]):
            break
        nearest = steps.pop()
    return _line(nearest)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_of(address: str, trusted: Sequence[Network]) -> bool:
    return _is_address(address) and any(ip_address(address) in network for network in trusted)


def _line(address: str) -> str:
    if not _is_address(address):
        return "unknown"  # a socket without an address: all of them share one limit
    parsed = ip_address(address)
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ip_network((parsed.packed, _OF_ONE_LINE), strict=False))
    return str(parsed)
