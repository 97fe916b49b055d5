import sqlite3
from multiprocessing.pool import ThreadPool

import pytest

from geoutils.geocoding.cache import AT_ONCE, open_cache

HERE, THERE = "http://here.example", "http://there.example"


def test_answers_outlive_the_process_that_asked(tmp_path):
    path = tmp_path / "new folder" / "answers.sqlite"
    with open_cache(path, HERE) as cache:
        cache.keep([("where?", "here"), ("who?", "")])
    with open_cache(path, HERE) as cache:
        assert cache.find(["who?", "where?", "why?"]) == {"where?": "here", "who?": ""}
        assert len(cache) == 2


def test_servers_are_told_apart(tmp_path):
    for url, answer in ((HERE, "here"), (THERE, "there")):
        with open_cache(tmp_path / "answers.sqlite", url) as cache:
            cache.keep([("where?", answer)])
    with open_cache(tmp_path / "answers.sqlite", HERE) as cache:
        assert cache.find(["where?"]) == {"where?": "here"} and len(cache) == 1


def test_more_questions_than_a_statement_holds(tmp_path):
    answers = [(f"question {i}", f"answer {i}") for i in range(2 * AT_ONCE + 1)]
    with open_cache(tmp_path / "answers.sqlite", HERE) as cache:
        cache.keep(answers)
        assert cache.find([question for question, _ in answers]) == dict(answers)
        assert cache.find([]) == {}


def test_the_last_answer_counts(tmp_path):
    with open_cache(tmp_path / "answers.sqlite", HERE) as cache:
        cache.keep([("where?", "here")])
        cache.keep([("where?", "gone"), ("who?", "me")])
        assert cache.find(["where?"]) == {"where?": "gone"} and len(cache) == 2


def test_runs_may_share_a_file(tmp_path):
    def work(number):
        with open_cache(tmp_path / "answers.sqlite", HERE) as cache:
            for i in range(20):
                cache.keep([(f"{number}/{i}", "yes")])

    with ThreadPool(4) as pool:
        pool.map(work, range(4))
    with open_cache(tmp_path / "answers.sqlite", HERE) as cache:
        assert len(cache) == 80


def test_what_is_no_cache_is_left_as_it_is(tmp_path):
    with pytest.raises(ValueError, match="is a folder"), open_cache(tmp_path, HERE):
        pass
    text = tmp_path / "photos.csv"
    text.write_text("photo,latitude,longitude\n" * 100)
    with pytest.raises(ValueError, match="no SQLite file"), open_cache(text, HERE):
        pass
    assert text.read_text().startswith("photo,")
    foreign = tmp_path / "browser.sqlite"
    connection = sqlite3.connect(foreign)
    connection.execute("CREATE TABLE history (page TEXT)")
    connection.close()
    before = foreign.read_bytes()
    with pytest.raises(ValueError, match="of another program"), open_cache(foreign, HERE):
        pass
    assert foreign.read_bytes() == before


def test_a_file_is_made_only_for_answers(tmp_path):
    with open_cache(tmp_path / "new" / "answers.sqlite", HERE) as cache:
        assert cache.find(["where?"]) == {} and len(cache) == 0
        cache.keep([])
        assert not any(tmp_path.iterdir())
        cache.keep([("where?", "here")])
        assert cache.find(["where?"]) == {"where?": "here"} and len(cache) == 1
    (tmp_path / "text").touch()
    with pytest.raises(ValueError, match=r"cannot be made; .*text is no folder to write in"):
        with open_cache(tmp_path / "text" / "answers.sqlite", HERE):
            pass
