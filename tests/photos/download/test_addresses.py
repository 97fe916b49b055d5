import pandas as pd
import pytest

from geoutils.photos.download.addresses import (
    Address,
    guess_addresses,
    has_positions,
    listed_addresses,
    require_addresses,
)
from geoutils.photos.sources.listed_photos import listed_photos


def read(path):
    said = []
    return list(listed_addresses(path, said.append)), said[0]


def test_a_list_with_names_of_columns(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("IMG_ID;LAT;URL\na.jpg;1;http://x/a?b=1,2\nb.jpg;2;\nc.jpg\n")
    rows, said = read(path)
    assert rows == [
        Address("a.jpg", "http://x/a?b=1,2"),
        Address("b.jpg", "", "no address"),
        Address("line 4", "", "1 fields in this line, not 3"),
    ]
    assert said == "list.csv: photo from IMG_ID, url from URL; not used: LAT"


@pytest.mark.parametrize("text", ["a.jpg,http://x/a\nb,https://x/b\n", "http://x/a,a.jpg\n,\n"])
def test_a_list_that_begins_with_a_photo(tmp_path, text):
    path = tmp_path / "mp16_urls.csv"
    path.write_text(text)
    rows, said = read(path)
    assert len(rows) == 2 and rows[0] == Address("a.jpg", "http://x/a")
    assert said.startswith("mp16_urls.csv: no line of names; ")


def test_addresses_alone_are_called_after_list_and_row_as_a_check_calls_them(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("http://x/a\nhttp://x/b\n")
    names = [row.photo for row in read(path)[0]]
    assert names == ["list-0000000", "list-0000001"]
    path.write_text("url,lat,lon\nhttp://x/a,1,2\nhttp://x/b,3,4\n")
    assert [row.photo for row in read(path)[0]] == names
    assert [row.photo for row in listed_photos(path, lambda _: None)] == names


def test_a_text_has_an_address_on_each_line(tmp_path):
    path = tmp_path / "urls.txt"
    path.write_text("\ufeffhttp://x/a,b.jpg\r\n\n  http://x/b \nno address\n", encoding="utf-8")
    rows, said = read(path)
    assert [row.url for row in rows] == ["http://x/a,b.jpg", "http://x/b", "no address"]
    assert [row.photo for row in rows] == [f"urls-000000{row}" for row in range(3)]
    assert said == "urls.txt: an address on each line"
    assert not has_positions(path)
    path.write_text("\n \n")
    with pytest.raises(ValueError, match="no row"):
        read(path)
    (tmp_path / "list.md").touch()
    with pytest.raises(
        ValueError, match=r"is no table; expected \.csv, \.tsv, \.parquet, or \.txt"
    ):
        require_addresses(tmp_path / "list.md")


def test_lists_that_also_say_where_are_told_from_others(tmp_path):
    (tmp_path / "a.csv").write_text("id;LAT;LNG;url\n")
    (tmp_path / "b.csv").write_text("a.jpg,http://x/a\n")
    pd.DataFrame({"id": [1], "lat": [1.0], "lon": [2.0]}).to_parquet(tmp_path / "c.parquet")
    names = ("a.csv", "b.csv", "c.parquet")
    assert [has_positions(tmp_path / name) for name in names] == [True, False, True]


def test_parquet(tmp_path):
    path = tmp_path / "train.parquet"
    table = pd.DataFrame({"id": [12, 13], "thumb_original_url": ["http://x/a", None]})
    table.to_parquet(path)
    assert read(path)[0] == [Address("12", "http://x/a"), Address("13", "", "no address")]
    path.write_bytes(b"none")
    with pytest.raises(ValueError, match="cannot be read"):
        read(path)


def test_ids_of_parquet_keep_their_digits_and_may_be_the_index(tmp_path):
    ids = pd.array([17841405793187219, None], dtype="Int64")
    pd.DataFrame({"id": ids, "url": ["http://x/a"] * 2}).to_parquet(tmp_path / "a.parquet")
    pd.DataFrame({"id": ["12"], "url": "x"}).set_index("id").to_parquet(tmp_path / "b.parquet")
    rows = read(tmp_path / "a.parquet")[0]
    assert [row.photo for row in rows] == ["17841405793187219", ""]
    assert [row.photo for row in read(tmp_path / "b.parquet")[0]] == ["12"]


def test_broken_lines_are_told(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text('id,url\na,"http://x/a\nb,http://x/b\n')
    unclosed = "a quote that is opened in this line is not closed in it"
    assert read(path)[0] == [Address("b", "http://x/b"), Address("line 2", "", unclosed)]
    for text, message in (
        (b"id,url\na,http://x/a,\n", "no row that can be read; line 2: 3 fields in this line"),
        (b"id,url\n\xe9,http://x/a\n", "expected text in UTF-8"),
        (b"id,url,url\na,http://x/a,\n", "two columns are called url"),
    ):
        path.write_bytes(text)
        with pytest.raises(ValueError, match=message):
            read(path)


def test_lists_without_addresses_are_refused(tmp_path):
    with pytest.raises(ValueError, match="no column of addresses; found id, lat; expected one"):
        guess_addresses(["id", "lat"], "list.csv")
    (tmp_path / "list.csv").write_text("id,url\n")
    with pytest.raises(ValueError, match="no row"):
        read(tmp_path / "list.csv")
    with pytest.raises(ValueError, match="no such file"):
        read(tmp_path / "none.csv")


def test_the_column_that_is_surest_goes_first():
    assert guess_addresses(["id", "url_o", "URL"], "")["url"] == "URL"
    # YFCC100M's own name for it
    assert guess_addresses(["Photo/video download URL"], "") == {"url": "Photo/video download URL"}


def test_an_address_without_end_is_cut(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(f"id,url\na,http://x/{'a' * 5000}\n")
    (row,) = read(path)[0]
    assert len(row.url) == 4000 and row.problem == "an address of more than 4,000 letters"
