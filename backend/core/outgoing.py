"""Requests to servers of others: https alone, never into this installation's own network, with stated bounds.

Every request to an address that somebody typed goes through `fetch`, `post` or `post_form`. The name is
resolved once, each address it stands for is checked, and the connection goes to what was checked, under the
name's own certificate. A redirect is such a request again, and only `fetch` follows any; what authorises the
first is sent to its own host alone.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import random
import socket
import ssl
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

import httpcore2
import httpx2
from django.conf import settings
from django.utils.translation import gettext as _

from backend.core.errors import BusinessError

MAX_ADDRESS = 500
MAX_REDIRECTS = 3
FIRST_PAUSE = 0.5  # seconds before the second try, then twice as long each time
AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
DENIED = frozenset({401, 403})
LACKS = frozenset({404, 405})  # some servers take what they do not know as an address for another method
_NAMED = {"User-Agent": "Titian"}
NAT64 = ipaddress.ip_network("64:ff9b::/96")
NEVER = tuple(
    map(
        ipaddress.ip_network,
        (
            "168.63.129.16/32",  # a cloud's own service
            "192.0.0.0/24", "192.88.99.0/24",
            "64:ff9b:1::/48", "100::/64", "2001::/23", "3fff::/20", "fec0::/10",
        ),
    )
)  # fmt: skip
"""What IANA sets apart for special use, and Python does not know in each of its versions."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefused(BusinessError):
    """Nothing is fetched from this address: it is no https address, or of this installation's own network."""

    code = "address_refused"
    status = 400


class PeerFailed(BusinessError):
    """The other server did not answer, or answered what cannot be used."""

    code = "peer_failed"


class PeerLacks(PeerFailed):
    """The other server has nothing to read at this address."""


class PeerDenied(PeerFailed):
    """The other server knows the address, and does not accept the token."""

    code = "peer_denied"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long, how much and how often one `fetch` tries; `pause` waits between two tries."""

    connect_seconds: float = 5.0
    read_seconds: float = 20.0
    total_seconds: float = 90.0
    max_bytes: int = 40_000_000
    tries: int = 3
    longest_pause: float = 30.0
    pause: Callable[[float], None] = time.sleep


PATIENCE = Patience()


class _TryAgain(Exception):
    """This try failed, and another may not."""

    def __init__(self, refusal: BusinessError, after: float = 0.0) -> None:
        super().__init__(refusal.message)
        self.refusal, self.after = refusal, after


def fetch(
    address: str,
    *,
    authorization: str = "",
    accept: str = "*/*",
    denied: Collection[int] = DENIED,
    patience: Patience = PATIENCE,
) -> bytes:
    """What the address answers to a GET, after redirects and, where it may help, further tries.

    `authorization`: that header, for the host of the address alone; `denied`: the statuses that say that it is
    no good. Refuses AddressRefused, PeerDenied and PeerFailed.
    """
    first = checked_url(address)
    ends_at = time.monotonic() + patience.total_seconds
    for number in range(patience.tries):
        try:
            return _content(*_followed(first, authorization, accept, patience, ends_at), denied)
        except _TryAgain as failure:
            jitter = random.uniform(0.5, 1.5)  # noqa: S311
            wait = failure.after or FIRST_PAUSE * 2**number * jitter
            is_late = time.monotonic() + wait > ends_at
            if number + 1 == patience.tries or wait > patience.longest_pause or is_late:
                raise failure.refusal from failure
            patience.pause(wait)
    raise _no_answer(first)  # no try was allowed


@dataclass(frozen=True, slots=True)
class Posted:
    """The status that was answered, and for how many seconds the other server asks to be left alone."""

    status: int
    retry_after: float


def post(address: str, content: bytes, *, headers: Mapping[str, str], patience: Patience = PATIENCE) -> Posted:
    """What the address answers to a POST, tried once; no redirect is followed, no content read.

    Refuses AddressRefused and PeerFailed.
    """
    url = checked_url(address)
    ends_at = time.monotonic() + patience.total_seconds
    try:
        with _pool(ends_at) as pool:
            answer = _asked(pool, url, {**headers, **_NAMED}, patience, ends_at, content)
            return Posted(answer.status, _seconds(answer.headers.get(b"retry-after", b"")))
    except _TryAgain as failure:
        raise failure.refusal from failure


def post_form(
    address: str, fields: Mapping[str, str], *, authorization: str = "", patience: Patience = PATIENCE
) -> bytes:
    """What the address answers to the fields of a form, tried once; no redirect is followed.

    Refuses as `fetch`.
    """
    url = checked_url(address)
    ends_at = time.monotonic() + patience.total_seconds
    headers = _headers("application/json", authorization) | {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        with _pool(ends_at) as pool:
            posted = urlencode(fields).encode()
            return _content(_asked(pool, url, headers, patience, ends_at, posted, is_read=True), url)
    except _TryAgain as failure:
        raise failure.refusal from failure


def checked_url(address: str) -> httpx2.URL:
    """The address as one that may be fetched, by its form alone; refuses AddressRefused."""
    try:
        url = httpx2.URL(address.strip())
    except (httpx2.InvalidURL, ValueError):
        url = httpx2.URL("")
    if url.scheme != "https" or not url.host or url.userinfo or len(address) > MAX_ADDRESS:
        raise AddressRefused(_("Write a whole address that begins with https://, without a name or password in it."))
    return url


def is_public(ip: Address) -> bool:
    """Whether an address is of the open internet, also where it stands for one of another kind.

    >>> [is_public(ipaddress.ip_address(one)) for one in ("93.184.216.34", "10.0.0.1", "::ffff:127.0.0.1")]
    [True, False, False]
    >>> [is_public(ipaddress.ip_address(one)) for one in ("64:ff9b::a9fe:a9fe", "169.254.169.254")]
    [False, False]
    """
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is None and ip in NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    if any(ip.version == network.version and ip in network for network in NEVER):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def is_allowed_private(host: str) -> bool:
    """Whether the installation lets this host be one of its own network."""
    allowed = {name.lower().strip("[]") for name in settings.TITIAN_ALLOW_PRIVATE_SOURCES}
    return host.lower().strip("[]").rstrip(".") in allowed


def resolved(host: str, port: int) -> list[str]:
    """What the host's name stands for now; refuses AddressRefused where any of it is not public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore2.ConnectError(str(error)) from error
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    if not is_allowed_private(host):
        for one in addresses:
            if not is_public(ipaddress.ip_address(one.partition("%")[0])):
                raise AddressRefused(
                    _("“%(host)s” is in this installation's own network, from which nothing is fetched.")
                    % {"host": host[:80]}
                )
    return addresses


class CheckedBackend(httpcore2.SyncBackend):
    """Connects to what a name was resolved to and checked as, and resolves it no second time.

    Its connections end at `ends_at`, however slowly the other server goes on.
    """

    def __init__(self, ends_at: float) -> None:
        self.ends_at = ends_at

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        failure: Exception = httpcore2.ConnectError(host)
        for address in resolved(host, port):
            try:
                stream = super().connect_tcp(address, port, _left(timeout, self.ends_at), local_address, socket_options)
                return BoundedStream(stream, self.ends_at)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure


class BoundedStream(httpcore2.NetworkStream):
    """A connection that ends at `ends_at`, also where the other server sends a byte now and then."""

    def __init__(self, stream: httpcore2.NetworkStream, ends_at: float) -> None:
        self.stream, self.ends_at = stream, ends_at

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, _left(timeout, self.ends_at))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, _left(timeout, self.ends_at))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        left = _left(timeout, self.ends_at)
        return BoundedStream(self.stream.start_tls(ssl_context, server_hostname, left), self.ends_at)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)


def _left(timeout: float | None, ends_at: float) -> float:
    """The time limit of a step, of what is left of the whole."""
    left = ends_at - time.monotonic()
    if left <= 0:
        raise httpcore2.ReadTimeout
    return left if timeout is None else min(timeout, left)


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: dict[bytes, bytes]
    content: bytes


def _followed(
    first: httpx2.URL, authorization: str, accept: str, patience: Patience, ends_at: float
) -> tuple[_Answer, httpx2.URL]:
    """What the address answers in the end, and which answers; refuses as `fetch`, or raises _TryAgain."""
    url = first
    with _pool(ends_at) as pool:
        for _redirect in range(MAX_REDIRECTS + 1):
            is_same = (url.host, url.port) == (first.host, first.port)
            headers = _headers(accept, authorization if is_same else "")
            answer = _asked(pool, url, headers, patience, ends_at, is_read=True)
            if answer.status not in REDIRECTS:
                return answer, url
            url = checked_url(str(url.join(answer.headers.get(b"location", b"").decode("latin-1"))))
    raise PeerFailed(_("%(host)s sends on from one address to the next without end.") % {"host": first.host})


def _headers(accept: str, authorization: str) -> dict[str, str]:
    headers = {"Accept": accept, "Accept-Encoding": "identity", **_NAMED}
    return headers | {"Authorization": authorization} if authorization else headers


def _pool(ends_at: float) -> httpcore2.ConnectionPool:
    context = ssl.create_default_context()
    return httpcore2.ConnectionPool(ssl_context=context, network_backend=CheckedBackend(ends_at))


def _asked(
    pool: httpcore2.ConnectionPool,
    url: httpx2.URL,
    headers: Mapping[str, str],
    patience: Patience,
    ends_at: float,
    posted: bytes | None = None,
    *,
    is_read: bool = False,
) -> _Answer:
    """One answer, of 200 read to its end where it `is_read`; of any other no more than its head."""
    left = ends_at - time.monotonic()
    if left <= 0:
        raise _no_answer(url)
    timeout = {
        "connect": min(patience.connect_seconds, left),
        "read": min(patience.read_seconds, left),
        "write": min(patience.read_seconds, left),
        "pool": left,
    }
    target = httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
    sent = [("Host", url.netloc.decode("ascii")), *headers.items()]
    if posted is not None:
        sent.append(("Content-Length", str(len(posted))))
    method = "GET" if posted is None else "POST"
    extensions = {"timeout": timeout}
    try:
        with pool.stream(method, target, headers=sent, content=posted, extensions=extensions) as response:
            found = {name.lower(): value for name, value in response.headers}
            is_whole = is_read and response.status == 200
            content = _read(response, found, url, patience, ends_at) if is_whole else b""
            return _Answer(response.status, found, content)
    except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError, OSError) as error:
        raise _TryAgain(_no_answer(url)) from error


def _read(
    response: httpcore2.Response, headers: dict[bytes, bytes], url: httpx2.URL, patience: Patience, ends_at: float
) -> bytes:
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        raise PeerFailed(_("%(host)s answered in a form that was not asked for.") % {"host": url.host})
    parts, size = [], 0
    for part in response.iter_stream():
        size += len(part)
        if size > patience.max_bytes:
            raise PeerFailed(
                _("%(host)s answered with more than %(limit)s MB.")
                % {"host": url.host, "limit": patience.max_bytes // 1_000_000}
            )
        if time.monotonic() > ends_at:
            raise _no_answer(url)
        parts.append(part)
    return b"".join(parts)


def _content(answer: _Answer, url: httpx2.URL, denied: Collection[int] = DENIED) -> bytes:
    if answer.status == 200:
        return answer.content
    if answer.status in denied:
        raise PeerDenied(_("%(host)s does not accept the token, or it may not read this.") % {"host": url.host})
    kind = PeerLacks if answer.status in LACKS else PeerFailed
    refusal = kind(_("%(host)s answered with the error %(status)s.") % {"host": url.host, "status": answer.status})
    if answer.status in AGAIN:
        raise _TryAgain(refusal, _seconds(answer.headers.get(b"retry-after", b"")))
    raise refusal


def _seconds(retry_after: bytes) -> float:
    """For how long the other server asks to be left alone, in seconds or until a date; 0 where it says nothing."""
    if retry_after.isdigit():
        return float(int(retry_after[:10]))
    try:
        until = parsedate_to_datetime(retry_after.decode("latin-1"))
    except (ValueError, TypeError):
        return 0.0
    return max(0.0, until.replace(tzinfo=until.tzinfo or dt.UTC).timestamp() - time.time())


def _no_answer(url: httpx2.URL) -> PeerFailed:
    return PeerFailed(_("%(host)s did not answer in time.") % {"host": url.host[:80]})
