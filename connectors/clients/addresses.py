"""Which IP addresses are out in the internet, and which lead into our own network."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
"""An IPv4 address in its last four bytes (NAT64, RFC 6052 and RFC 8215)."""
_OF_CLOUDS = (ip_network("168.63.129.16/32"), ip_network("192.0.0.0/24"))
"""What may count as public, but answers with secrets of the machine that asks (Azure's and Oracle's metadata)."""

Resolve = Callable[[str, int], Sequence[str]]
"""The addresses of a host. Raises OSError."""


def resolve(host: str, port: int) -> Sequence[str]:
    """All addresses that the system's resolver has for a host, which may be an address in any notation."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in found))


def is_public(address: str) -> bool:
    """Whether this is an address of one host in the internet, also looking at an IPv4 address within an IPv6 one.

    Whatever leads to this machine, this network, a link, a group of hosts or a cloud's metadata service is not.
    """
    found = ip_address(address)
    if isinstance(found, IPv6Address):
        return _is_one_host(found) and not found.is_site_local and all(map(_is_one_host, _within(found)))
    return _is_one_host(found)


def _is_one_host(address: IPv4Address | IPv6Address) -> bool:
    return (
        address.is_global
        and not (address.is_multicast or address.is_reserved)
        and not any(address in cloud for cloud in _OF_CLOUDS)
    )


def _within(address: IPv6Address) -> list[IPv4Address]:
    inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if any(address in network for network in _TRANSLATED):
        inner.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [one for one in inner if one is not None]
