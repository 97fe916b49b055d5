from math import inf

from geoutils.photos.download.ledger import Task
from geoutils.photos.download.limits import Limits
from geoutils.photos.download.turns import Try, Turns


def a_try(number, host="a"):
    url = f"http://{host}.example/{number}"
    return Try(Task(number, str(number), url), url)


def drained(turns, now_s):
    found = []
    while (asked := turns.next(now_s)) is not None:
        found.append(asked)
    return found


def test_hosts_take_turns_and_none_gets_more_than_its_share():
    turns = Turns(Limits(per_host=2))
    for number in range(5):
        turns.add(a_try(number))
    for number in range(5, 8):
        turns.add(a_try(number, "b"))
    first = drained(turns, 0.0)
    assert [asked.task.number for asked in first] == [0, 5, 1, 6]
    assert turns.n_waiting == 4 and turns.due_s() == inf
    turns.ended(first[0])
    assert [asked.task.number for asked in drained(turns, 0.0)] == [2]


def test_a_pause_holds_a_host_back_and_others_not():
    turns = Turns(Limits(per_host=4, first_wait_s=1))
    for number in range(3):
        turns.add(a_try(number))
    turns.add(a_try(3, "b"))
    asked = turns.next(10.0)
    assert turns.turned_away(asked, 10.0, 5, "429") == []
    turns.ended(asked)
    turns.add(asked)
    assert [other.task.number for other in drained(turns, 11.0)] == [3]
    assert turns.due_s() == 15
    assert len(drained(turns, 15.0)) == 1  # one at a time, until it has answered


def test_what_was_under_way_before_a_pause_says_nothing_new():
    turns = Turns(Limits(per_host=8, first_wait_s=1, patience=2))
    for number in range(8):
        turns.add(a_try(number))
    for asked in drained(turns, 10.0):
        turns.ended(asked)
        assert turns.turned_away(asked, 10.5, 0, "nobody") == []
    assert asked.host.n_refused == 1 and asked.host.opens_s == 11.5


def test_pauses_double_up_to_a_minute_and_a_good_answer_ends_them():
    turns = Turns(Limits(per_host=1, first_wait_s=1, patience=99))
    now_s, pauses = 10.0, []
    turns.add(a_try(0))
    turns.hosts["a.example"].has_refused = True
    for _ in range(8):
        asked = turns.next(now_s)
        turns.turned_away(asked, now_s, 0, "nobody")
        turns.ended(asked)
        turns.add(asked)
        assert turns.next(now_s) is None
        pauses.append(turns.due_s() - now_s)
        now_s = turns.due_s()
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    asked = turns.next(now_s)
    turns.answered(asked)
    assert asked.host.n_refused == 0


def test_nobody_waits_for_minutes_where_no_host_ever_answered():
    turns = Turns(Limits())
    asked, now_s, told = a_try(0), 10.0, []
    turns.add(asked)
    while (asked := turns.next(now_s)) is not None:
        turns.turned_away(asked, now_s, 0, "Connection refused")
        told.append(turns.pause)
        turns.pause = ""
        turns.ended(asked)
        if turns.add(asked):
            break
        assert turns.next(now_s) is None
        now_s = turns.due_s()
    assert now_s - 10 == 1 + 2 + 4 + 8 + 16
    waits = [f"waiting for a.example: Connection refused, {n} of 6" for n in (1, 2, 3, 4, 5)]
    assert told == [*waits, ""]


def test_a_stranger_is_left_alone_sooner_while_others_answer():
    turns = Turns(Limits(per_host=1, first_wait_s=1, patience=15))
    turns.add(a_try(0, "good"))
    turns.answered(turns.next(1.0))
    for number in range(1, 4):
        turns.add(a_try(number))
    later = a_try(4)
    turns.add(later, at_s=1e9)
    now_s, given_up = 10.0, []
    while not given_up:
        asked = turns.next(now_s)
        turns.ended(asked)
        given_up = turns.turned_away(asked, now_s, 0, "no computer has that name")
        if not given_up:
            turns.add(asked)
        now_s += 100
    assert asked.host.n_refused == 3 and later in given_up and len(given_up) == 3
    assert turns.n_waiting == 0
    assert turns.add(a_try(5)) == "no computer has that name"


def test_a_host_that_wants_us_gone_for_long_is_left_alone():
    turns = Turns(Limits())
    turns.add(a_try(0))
    turns.add(a_try(1))
    asked = turns.next(1.0)
    (other,) = turns.turned_away(asked, 1.0, 86_400, "429 Too Many Requests")
    assert other.task.number == 1
    assert turns.add(asked) == "429 Too Many Requests; it asks to wait 86,400 s"


def test_after_good_answers_a_host_gets_more_again():
    turns = Turns(Limits(per_host=4, first_wait_s=1))
    turns.add(a_try(0))
    asked = turns.next(1.0)
    turns.turned_away(asked, 1.0, 0, "429")
    assert asked.host.at_once == 2
    for _ in range(100):
        turns.answered(asked)
    assert asked.host.at_once == 4
