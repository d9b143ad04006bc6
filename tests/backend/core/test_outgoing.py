"""Requests to servers of others: where they may go, what they carry, and when they end."""

from __future__ import annotations

import ipaddress
import socket
import time
from dataclasses import replace

import pytest
from pytest_django import Settings

from backend.core.outgoing import PATIENCE, AddressRefused, PeerDenied, PeerFailed, fetch, is_public, post, post_form
from tests.https import Answer, Asked, Peer

PAUSES: list[float] = []
QUICK = replace(PATIENCE, read_seconds=0.3, connect_seconds=2.0, pause=PAUSES.append, max_bytes=1_000_000)


@pytest.fixture(autouse=True)
def _no_pauses() -> None:
    PAUSES.clear()


def test_what_an_address_answers_is_fetched_with_its_token(peer: Peer) -> None:
    peer.answer = lambda _asked: Answer(b"a,b")
    assert fetch(peer.address("/list?x=1"), authorization="Bearer 12", patience=QUICK) == b"a,b"
    [asked] = peer.asked
    assert (asked.path, asked.query) == ("/list", {"x": ["1"]})
    assert asked.headers["Host"] == f"localhost:{peer.port}"
    assert asked.headers["Authorization"] == "Bearer 12"
    assert asked.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    "address",
    ["http://example.org/", "ftp://example.org/", "https://", "example.org", "https://me:word@example.org/", ""],
)
def test_an_address_that_is_no_plain_https_address_is_refused(address: str) -> None:
    with pytest.raises(AddressRefused):
        fetch(address, patience=QUICK)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.100.100.200", "0.0.0.0",
        "168.63.129.16", "192.0.0.192", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1",
        "::ffff:10.0.0.1", "::ffff:169.254.169.254", "100::1", "3fff::1",
        "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2001:0:1::1", "2001:db8::1", "::127.0.0.1",
    ],
)  # fmt: skip
def test_no_address_of_a_network_of_ones_own_is_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8"])
def test_an_address_of_the_open_internet_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("host", ["127.0.0.1", "0x7f.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]", "localhost"])
def test_nothing_of_this_machine_is_asked_unless_the_setting_names_the_host(peer: Peer, settings, host) -> None:
    settings.TITIAN_ALLOW_PRIVATE_SOURCES = ["another.example"]
    with pytest.raises(AddressRefused):
        fetch(f"https://{host}:{peer.port}/", patience=QUICK)
    assert peer.asked == []


def test_a_name_is_resolved_once_and_refused_where_one_of_its_addresses_is_private(
    peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that answers something else the second time changes nothing."""
    resolve, asked = socket.getaddrinfo, []

    def answers(host: str, port: int, *rest: object, **named: object) -> object:
        asked.append(host)
        if host == "rebinding.example":
            name = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
            return [(*name, ("93.184.216.34", port)), (*name, ("127.0.0.1", port))]
        return resolve(host, port, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    with pytest.raises(AddressRefused):
        fetch(f"https://rebinding.example:{peer.port}/", patience=QUICK)
    assert asked == ["rebinding.example"]
    peer.answer = lambda _asked: Answer(b"yes")
    assert fetch(peer.address(), patience=QUICK) == b"yes"
    assert [one for one in asked if one == "localhost"] == ["localhost"]


def test_a_redirect_to_this_machine_or_to_a_cloud_s_own_address_is_refused(peer: Peer) -> None:
    for target in ("https://127.0.0.1/", "https://169.254.169.254/latest/", "http://localhost/", "file:///etc/x"):
        peer.answer = lambda _asked, to=target: Answer(status=302, headers={"Location": to})
        with pytest.raises(AddressRefused):
            fetch(peer.address(), authorization="Bearer 12", patience=QUICK)


def test_a_redirect_is_followed_and_another_host_never_gets_the_token(peer: Peer, settings: Settings) -> None:
    settings.TITIAN_ALLOW_PRIVATE_SOURCES = ["localhost", "127.0.0.1"]

    def answer(asked: Asked) -> Answer:
        if asked.path == "/first":
            return Answer(status=307, headers={"Location": "/second"})
        if asked.path == "/second":
            return Answer(status=301, headers={"Location": peer.address("/third", "127.0.0.1")})
        return Answer(b"there")

    peer.answer = answer
    assert fetch(peer.address("/first"), authorization="Bearer 12", patience=QUICK) == b"there"
    assert ["Authorization" in one.headers for one in peer.asked] == [True, True, False]


def test_redirects_without_end_are_refused(peer: Peer) -> None:
    peer.answer = lambda _asked: Answer(status=302, headers={"Location": "/again"})
    with pytest.raises(PeerFailed, match="without end"):
        fetch(peer.address(), patience=QUICK)
    assert len(peer.asked) == 4


@pytest.mark.slow
def test_a_server_that_says_nothing_is_left_after_its_tries(peer: Peer) -> None:
    peer.answer = lambda _asked: Answer(is_silent=True)
    with pytest.raises(PeerFailed, match="did not answer in time"):
        fetch(peer.address(), patience=QUICK)
    assert (len(peer.asked), len(PAUSES)) == (3, 2)
    assert 0.25 <= PAUSES[0] <= 0.75
    assert 0.5 <= PAUSES[1] <= 1.5


def test_an_answer_that_stops_half_way_is_none(peer: Peer) -> None:
    peer.answer = lambda _asked: Answer(b"half", length=400)
    with pytest.raises(PeerFailed):
        fetch(peer.address(), patience=QUICK)


def test_a_server_in_trouble_is_asked_again_when_it_says_so(peer: Peer) -> None:
    answers = iter([Answer(status=503, headers={"Retry-After": "7"}), Answer(status=500), Answer(b"now")])
    peer.answer = lambda _asked: next(answers)
    assert fetch(peer.address(), patience=QUICK) == b"now"
    assert PAUSES[0] == 7.0
    assert len(PAUSES) == 2


def test_a_server_that_wants_to_be_left_alone_for_long_is(peer: Peer) -> None:
    peer.answer = lambda _asked: Answer(status=429, headers={"Retry-After": "3600"})
    with pytest.raises(PeerFailed, match="429"):
        fetch(peer.address(), patience=QUICK)
    assert (len(peer.asked), PAUSES) == (1, [])


def test_a_token_that_is_refused_is_tried_once(peer: Peer) -> None:
    for status in (401, 403):
        peer.asked.clear()
        peer.answer = lambda _asked, one=status: Answer(status=one)
        with pytest.raises(PeerDenied, match="does not accept the token"):
            fetch(peer.address(), authorization="Bearer old", patience=QUICK)
        assert len(peer.asked) == 1


@pytest.mark.parametrize("status", [204, 404, 410])
def test_any_other_answer_is_a_failure(peer: Peer, status: int) -> None:
    peer.answer = lambda _asked: Answer(status=status)
    with pytest.raises(PeerFailed, match=str(status)):
        fetch(peer.address(), patience=QUICK)
    assert len(peer.asked) == 1


def test_an_answer_beyond_the_limit_or_packed_is_not_read(peer: Peer) -> None:
    peer.answer = lambda _asked: Answer(b"x" * 1_100_000)
    with pytest.raises(PeerFailed, match="more than 1 MB"):
        fetch(peer.address(), patience=QUICK)
    peer.answer = lambda _asked: Answer(b"x", headers={"Content-Encoding": "gzip"})
    with pytest.raises(PeerFailed, match="was not asked for"):
        fetch(peer.address(), patience=QUICK)


def test_a_certificate_that_nobody_vouches_for_is_no_server(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(PeerFailed):
        fetch(peer.address(), patience=QUICK)
    assert peer.asked == []


def test_what_is_posted_arrives_whole_and_once_and_its_answer_is_not_read(peer: Peer) -> None:
    peer.answer = lambda _asked: Answer(b"x" * 2_000_000, status=500, headers={"Retry-After": "1"})
    posted = post(peer.address("/in"), b'{"a":1}', headers={"webhook-id": "msg_1"}, patience=QUICK)
    [asked] = peer.asked
    assert (posted.status, posted.retry_after, asked.body, asked.path) == (500, 1.0, b'{"a":1}', "/in")
    assert (asked.headers["webhook-id"], asked.headers["Content-Length"]) == ("msg_1", "7")
    assert asked.headers["User-Agent"] == "Titian"


def test_nothing_is_posted_into_ones_own_network_or_after_a_redirect(peer: Peer, settings: Settings) -> None:
    peer.answer = lambda _asked: Answer(status=308, headers={"Location": "/other"})
    assert post(peer.address(), b"x", headers={}, patience=QUICK).status == 308
    settings.TITIAN_ALLOW_PRIVATE_SOURCES = []
    with pytest.raises(AddressRefused):
        post(peer.address(), b"x", headers={}, patience=QUICK)
    assert len(peer.asked) == 1


def test_a_form_is_posted_once_with_what_authorises_it_and_its_answer_is_read(peer: Peer, settings: Settings) -> None:
    peer.answer = lambda _asked: Answer(b"{}")
    asking = {"authorization": "Basic 12", "patience": QUICK}
    assert post_form(peer.address("/token"), {"code": "a b"}, **asking) == b"{}"
    [asked] = peer.asked
    assert (asked.body, asked.headers["Authorization"]) == (b"code=a+b", "Basic 12")
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
    for answer in (Answer(status=302, headers={"Location": "/other"}), Answer(status=500)):
        peer.answer = lambda _asked, one=answer: one
        with pytest.raises(PeerFailed):
            post_form(peer.address("/token"), {}, **asking)
    peer.answer = lambda _asked: Answer(b"x" * 2_000_000)
    with pytest.raises(PeerFailed, match="more than 1 MB"):
        post_form(peer.address("/token"), {}, **asking)
    settings.TITIAN_ALLOW_PRIVATE_SOURCES = []
    with pytest.raises(AddressRefused):
        post_form(peer.address("/token"), {}, **asking)
    assert len(peer.asked) == 4


@pytest.mark.slow
def test_a_head_that_trickles_in_without_end_is_left_in_time(peer: Peer) -> None:
    peer.answer = lambda _asked: Answer(is_trickling=True)
    begun = time.monotonic()
    with pytest.raises(PeerFailed, match="did not answer in time"):
        fetch(peer.address(), patience=replace(QUICK, tries=1, total_seconds=0.6))
    with pytest.raises(PeerFailed, match="did not answer in time"):
        post(peer.address(), b"x", headers={}, patience=replace(QUICK, total_seconds=0.6))
    assert time.monotonic() - begun < 3
