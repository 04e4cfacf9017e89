"""
Which addresses a webhook may have, and a connection to exactly the address that was checked.

A reader types the address, so it must not reach what only this server can see:
it is https, its host resolves to public addresses only, redirects are not
followed, and the connection goes to the very address that was looked at, whatever
the name server says a moment later.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

LONGEST_URL = 2_000
_USUAL_PORTS = {"https": 443, "http": 80}
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # an IPv4 address stands in its last four bytes


@dataclass(frozen=True, slots=True)
class WebhookUrl:
    """An address that may be posted to, in its parts."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def place(self) -> str:
        """The address without its query, which may hold a secret."""
        port = "" if self.port == _USUAL_PORTS[self.scheme] else f":{self.port}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}{port}{self.target.partition('?')[0]}"


def webhook_url(text: str) -> WebhookUrl:
    """
    Return the parts of a webhook's address; no name is looked up.

    Raises:
        ValueError: It may not be posted to; the sentence says why.
    """
    if len(text) > LONGEST_URL or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("its address must be plain ASCII without spaces.")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError("its address cannot be read.") from None
    if parts.username or parts.password:
        raise ValueError("its address must not hold a user or password.")
    host = parts.hostname or ""
    if not host:
        raise ValueError("its address names no host.")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        raise ValueError("its address must begin with https://.")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return WebhookUrl(parts.scheme, host, port or _USUAL_PORTS[parts.scheme], target)


def open_connection(
    url: WebhookUrl, private_hosts: tuple[str, ...], timeout: float
) -> http.client.HTTPConnection:
    """
    Return a connection, not yet open, to an address of the host that may be reached.

    Raises:
        PermissionError: The host has an address that is not public, and is not
            one of `private_hosts`.
        OSError: The host has no address.
    """
    found = socket.getaddrinfo(url.host, url.port, type=socket.SOCK_STREAM)
    addresses = [str(info[4][0]) for info in found]
    if url.host.lower() not in {host.lower() for host in private_hosts}:
        hidden = [address for address in addresses if not _is_public(address)]
        if hidden:
            raise PermissionError(
                f"{url.host} is not a public address. If it may be posted to, name it in "
                "CLIENTELE_WEBHOOK_PRIVATE_HOSTS."
            )
    kind = _PinnedHTTPS if url.scheme == "https" else _Pinned
    return kind(url.host, url.port, address=addresses[0], timeout=timeout)


def check_host(url: WebhookUrl, private_hosts: tuple[str, ...]) -> None:
    """
    Find out, without connecting, whether a host may be posted to.

    Raises:
        ValueError: It may not, or nobody knows its name; the sentence says so.
    """
    try:
        open_connection(url, private_hosts, 1.0)
    except PermissionError as error:
        raise ValueError(str(error)) from None
    except OSError:
        raise ValueError(f"no host is known by the name {url.host}.") from None


class _Pinned(http.client.HTTPConnection):
    """Connects to one address, whatever the host's name means."""

    def __init__(self, host: str, port: int, *, address: str, timeout: float) -> None:
        super().__init__(host, port, timeout=timeout)
        self._address = address

    def connect(self) -> None:
        """Connect to the address that was checked."""
        self.sock: Any = socket.create_connection((self._address, self.port), self.timeout)


class _PinnedHTTPS(_Pinned):
    """The same over TLS, with the certificate checked against the host's name."""

    default_port = 443

    def connect(self) -> None:
        """Connect to the address that was checked."""
        super().connect()
        context = ssl.create_default_context()
        self.sock = context.wrap_socket(self.sock, server_hostname=self.host)


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None and not inner.is_global:
            return False
    return ip.is_global and not ip.is_multicast
