"""The Nominatim geocoder and a server that is busy, broken, or refuses."""

import numpy as np
import pytest

from geoutils.geocoding.web_client import ATTEMPTS
from geoutils.web import retry_after_s

LAND = np.array([[10.0, 20.0]])
SEA = np.array([[-10.0, 20.0]])
STREET = ["W1", "R2", "R9"]


def keys(addresses, photo=0):
    rows = addresses.vectors[photo]
    return addresses.locations["key"].iloc[rows[rows >= 0]].tolist()


FAILURES = {
    "busy": (429, {}, "slow down"),
    "overloaded": (503, {"Retry-After": "0"}, ""),
    "broken": (500, {}, "<html>Internal error</html>"),
    "garbage": (200, {}, "<html>Welcome</html>"),
    "other JSON": (200, {}, ["not", "Nominatim's"]),
    "error in JSON": (200, {}, {"error": {"code": 500, "message": "database gone"}}),
    "half an answer": (200, {}, '{"place_rank": 26, "addr'),
    "reset": "reset",
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize("endpoint", ["reverse", "details"])
def test_what_fails_once_is_asked_again(server, geocoder, endpoint, failure):
    server.failures[endpoint] = [failure]
    assert keys(geocoder()(LAND)) == STREET
    assert len(server.asked) == 7


def test_slow_answers_are_asked_for_again(server, geocoder):
    server.failures["reverse"] = ["slow"]
    assert keys(geocoder(timeout_s=0.2)(LAND)) == STREET
    assert server.endpoints().count("reverse") >= 3


def test_waits_double(server, geocoder):
    server.failures["reverse"] = [(503, {}, "")] * 3
    geocoder(first_wait_s=0.05)(SEA)
    times = server.times("reverse")
    assert (np.diff(times) >= [0.05, 0.1, 0.2]).all()


def test_retry_after_holds_every_thread_back(server, geocoder):
    # The refusal comes at once, the answers beside it late: all hear of it before they ask again.
    server.failures["reverse"] = [(429, {"Retry-After": "1"}, ""), "slow", "slow", "slow"]
    photos = np.column_stack([np.full(50, -10.0), np.arange(50.0)])
    geocoder(n_workers=4)(photos)
    times = server.times("reverse")
    assert len(times) == 51 and np.diff(times).max() > 0.9
    assert (times < times[0] + 0.9).sum() <= 4  # those already on their way


def test_retry_after_may_be_a_date_or_nonsense():
    assert retry_after_s("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert retry_after_s("Wed, 21 Oct 2099 07:28:00 GMT") > 1e9
    assert retry_after_s("soon") == retry_after_s("") == retry_after_s("nan") == 0


def test_a_server_that_wants_us_gone_for_hours_is_left(server, geocoder):
    server.failures["reverse"] = [(429, {"Retry-After": "7200"}, "")]
    with pytest.raises(ConnectionError, match="HTTP 429, asks to wait 7,200 s"):
        geocoder()(LAND)


def test_a_server_that_is_only_busy_is_waited_for(server, geocoder):
    server.failures["status"] = [(503, {}, "")] * 2
    assert keys(geocoder()(LAND)) == STREET


def test_giving_up_keeps_what_was_answered(server, geocoder):
    photos = np.column_stack([np.full(30, -10.0), np.arange(30.0)])
    healthy = geocoder(n_workers=1)(photos[:20])
    assert healthy.vectors.shape == (20, 0)
    server.failures["reverse"] = [(500, {}, "")] * ATTEMPTS
    with pytest.raises(ConnectionError, match=r"HTTP 500 in 6 attempts.*20 answers .* are kept in"):
        geocoder(n_workers=1)(photos)
    before = len(server.asked)
    geocoder()(photos)
    assert server.endpoints()[before:].count("reverse") == 10


def test_answers_on_their_way_are_kept_when_another_request_fails(server, geocoder):
    photos = np.vstack([SEA, SEA - 1])
    server.failures["reverse"] = ["slow", (403, {}, "blocked")]
    with pytest.raises(ConnectionError, match=r"blocked.* 1 answers of this server are kept in"):
        geocoder(n_workers=2)(photos)
    before = len(server.asked)
    geocoder()(photos)
    assert server.endpoints()[before:].count("reverse") == 1


def test_when_one_thread_gives_up_the_reason_is_told_and_all_stop(server, geocoder):
    photos = np.column_stack([np.full(500, -10.0), np.arange(500) / 10])
    server.failures["reverse"] = [(403, {}, "blocked")] * 1000
    with pytest.raises(ConnectionError, match=r"HTTP 403 .*blocked") as error:
        geocoder(n_workers=8)(photos)
    assert "answers of this server" not in str(error.value)  # there are none
    assert server.endpoints().count("reverse") <= 8


@pytest.mark.parametrize(
    "failure, words",
    [
        ((403, {}, "blocked"), "HTTP 403 .*servers block who asks too much"),
        ((400, {}, "bad"), "HTTP 400 .*bad"),
        ((301, {"Location": "https://elsewhere.example"}, ""), "sends us to https://elsewhere"),
    ],
)
def test_refusals_are_final(server, geocoder, failure, words):
    server.failures["reverse"] = [failure]
    with pytest.raises(ConnectionError, match=words):
        geocoder()(LAND)
    assert server.endpoints() == ["status", "reverse"]
