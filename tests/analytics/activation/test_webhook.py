"""A batch arrives signed, is tried again when that can help, and goes only where it may."""

from __future__ import annotations

import hashlib
import hmac
import socket
from pathlib import Path

import pytest

from analytics.activation import addresses
from analytics.activation.addresses import open_connection, webhook_url
from analytics.activation.settings import DeliverySettings
from analytics.activation.webhook import (
    MOST_ATTEMPTS,
    SHORT_WAIT,
    Later,
    Poster,
    encode,
    signature,
)
from analytics.errors import DeliveryFailed
from tests.analytics.activation.receiver import receiver

SECRET = "s" * 40
SETTINGS = DeliverySettings(Path("nowhere"), secret=SECRET, private_hosts=("127.0.0.1",))
BODY = encode({"members": [{"customer_id": "Zoë"}]})
NOON = 1_800_000_000


def poster(url: str, waits: list[float] | None = None, **changes) -> Poster:
    """Return a poster that notes its waits instead of waiting."""
    held = [] if waits is None else waits
    given = {"settings": SETTINGS, "clock": lambda: NOON, "chance": lambda: 0.5, **changes}
    return Poster(webhook_url(url), wait=held.append, **given)


def test_a_batch_is_signed_so_that_its_receiver_can_tell():
    """The signature is HMAC-SHA256 of the timestamp, a full stop and the very bytes sent."""
    with receiver() as there:
        assert poster(there.url).post("run:1", BODY) == (1, "200 OK")

    path, headers, body = there.posts[0]
    expected = hmac.new(SECRET.encode(), f"{NOON}.".encode() + body, hashlib.sha256).hexdigest()
    assert path == "/hook?token=abc"
    assert body == BODY
    assert headers["X-Clientele-Signature"] == f"sha256={expected}"
    assert headers["X-Clientele-Timestamp"] == str(NOON)
    assert headers["Idempotency-Key"] == "run:1"
    assert SECRET not in str(headers)
    assert signature(SECRET, "1", BODY) != signature(SECRET, "2", BODY)


def test_what_may_pass_is_tried_again_with_the_same_key_and_bytes():
    """Overload, breakdown and a lost connection: waits double with a spread, nothing changes."""
    waits: list[float] = []
    with receiver() as there:
        there.answers = [(503, {}), (429, {}), (0, {})]
        assert poster(there.url, waits).post("run:7", BODY) == (4, "200 OK")

    assert waits == [0.75, 1.5, 3.0]
    assert there.keys == ["run:7"] * 4
    assert {body for _, _, body in there.posts} == {BODY}


@pytest.mark.parametrize(
    ("asked", "waited"),
    [
        ("17", 17.0),
        ("99999", 900.0),
        ("Fri, 15 Jan 2027 08:01:00 GMT", 60.0),
        ("Fri, 15 Jan 2016 08:00:00 GMT", 0.0),
        ("soon", 0.75),
    ],
)
def test_the_receiver_may_say_when_to_come_again(asked, waited):
    """Retry-After is obeyed as seconds or as a date, within reason; long pauses hold nobody."""
    waits: list[float] = []
    with receiver() as there:
        there.answers = [(429, {"Retry-After": asked})]
        try:
            poster(there.url, waits).post("run:1", BODY)
        except Later as later:
            waits.append(later.seconds)
            assert (later.attempts, later.said) == (1, "429 Too Many Requests")

    assert waits == [waited]
    assert len(there.posts) == (1 if waited > SHORT_WAIT else 2)


def test_a_receiver_that_stays_away_ends_the_run():
    """After the last attempt the sentence says what was last heard and that nothing is lost."""
    waits: list[float] = []
    tried = 0
    with receiver() as there:
        there.answers = [(502, {})] * 20
        while tried < MOST_ATTEMPTS:
            try:
                poster(there.url, waits).post("run:1", BODY, tried)
            except Later as later:
                tried = later.attempts
                waits.append(later.seconds)
            except DeliveryFailed as failed:
                assert "502 Bad Gateway. Nothing is lost" in str(failed)
                break

    assert len(there.posts) == MOST_ATTEMPTS
    assert waits == [0.75, 1.5, 3.0, 6.0, 12.0, 24.0, 48.0]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
        with pytest.raises(DeliveryFailed, match="nothing listens at that address"):
            poster(url).post("run:1", BODY, MOST_ATTEMPTS - 1)


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 403, 404, 410, 422])
def test_a_refusal_is_not_repeated_and_a_redirect_not_followed(status):
    """Answers that another attempt cannot change end the run at once."""
    with receiver() as elsewhere, receiver() as there:
        there.answers = [(status, {"Location": elsewhere.url})]
        with pytest.raises(DeliveryFailed, match=f"refused the batch: {status}"):
            poster(there.url).post("run:1", BODY)

    assert len(there.posts) == 1
    assert elsewhere.posts == []


@pytest.mark.parametrize(
    ("url", "advice"),
    [
        ("http://shop.example/hook", "https://"),
        ("ftp://shop.example/", "https://"),
        ("file:///etc/passwd", "names no host"),
        ("https://", "names no host"),
        ("https://user:pw@shop.example/", "user or password"),
        ("https://shop.example:99999/", "cannot be read"),
        ("https://shop.example/a b", "plain ASCII"),
        ("https://shop.example/\r\nX: y", "plain ASCII"),
        ("https://shöp.example/", "plain ASCII"),
        ("https://shop.example/" + "x" * 2000, "plain ASCII"),
    ],
)
def test_addresses_that_cannot_be_posted_to_are_refused(url, advice):
    """Only https (http on this machine), no credentials, nothing that breaks out of the line."""
    with pytest.raises(ValueError, match=advice):
        webhook_url(url)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
     "0.0.0.0", "224.0.0.1", "::1", "fd00::1", "fe80::1", "::ffff:10.0.0.1", "64:ff9b::a00:1",
     "2002:a00:1::", "::"],
)  # fmt: skip
def test_a_name_of_a_private_address_is_refused(monkeypatch, address):
    """What only this server can see is out of a reader's reach, whatever its name."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443)),
             (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))]  # fmt: skip
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *_, **__: found)
    url = webhook_url("https://shop.example/hook")

    with pytest.raises(PermissionError, match="CLIENTELE_WEBHOOK_PRIVATE_HOSTS"):
        open_connection(url, (), 1)
    assert open_connection(url, ("SHOP.example",), 1).host == "shop.example"


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch):
    """A name server that answers otherwise a moment later changes nothing."""
    reached = []
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))]
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *_, **__: found)

    def connect(place, timeout):
        reached.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(addresses.socket, "create_connection", connect)
    connection = open_connection(webhook_url("https://shop.example/hook"), (), 1)
    with pytest.raises(ConnectionRefusedError):
        connection.connect()

    assert reached == [("93.184.216.34", 443)]


def test_a_private_host_ends_the_run_with_what_to_do():
    """The reader hears which setting allows it; nothing was sent."""
    strict = DeliverySettings(Path("x"), secret=SECRET)
    with (
        receiver() as there,
        pytest.raises(DeliveryFailed, match="CLIENTELE_WEBHOOK_PRIVATE_HOSTS"),
    ):
        poster(there.url, settings=strict).post("run:1", BODY)
    assert there.posts == []


def test_the_secret_is_not_shown():
    """Settings are logged and printed without it."""
    assert SECRET not in repr(SETTINGS)
    assert webhook_url("https://a.example/x?token=1").place == "https://a.example/x"
    assert webhook_url("https://a.example:444").place == "https://a.example:444/"
