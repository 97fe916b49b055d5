import io
import math

import numpy as np
import pytest
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from geoutils.photos.exif import gps_position, read_exif, upright

LAT_REF, LAT, LON_REF, LON = (
    ExifTags.GPS.GPSLatitudeRef,
    ExifTags.GPS.GPSLatitude,
    ExifTags.GPS.GPSLongitudeRef,
    ExifTags.GPS.GPSLongitude,
)


def gps(**changes):
    block = {
        "LAT_REF": "N",
        "LAT": (51.0, 30.0, 0.0),
        "LON_REF": "W",
        "LON": (0.0, 7.0, 30.0),
    } | changes
    return {globals()[name]: value for name, value in block.items() if value is not None}


def opened(data):
    return Image.open(io.BytesIO(data))


# All four hemispheres: Oslo, Seattle, Sydney, Lima.
@pytest.mark.parametrize(
    "latlon", [(59.9139, 10.7522), (47.6062, -122.3321), (-33.8688, 151.2093), (-12.0464, -77.0428)]
)
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_position_of_a_written_photo(photo_bytes, latlon, format):
    facts = read_exif(opened(photo_bytes(latlon, format=format)))
    np.testing.assert_allclose(facts.latlon_deg, latlon, atol=0.001 / 3600)
    assert facts.problem == ""


def test_degrees_minutes_seconds_by_hand():
    assert gps_position(gps()) == (51.5, -0.125)
    assert gps_position(gps(LAT=(51.5,), LON=(0.0, 7.5))) == (51.5, -0.125)
    assert gps_position(gps(LAT=51.5)) == (51.5, -0.125)
    assert gps_position(gps(LAT=(51.0, 29.0, 60.0))) == (51.5, -0.125)  # rounded up by the camera


@pytest.mark.parametrize("reference", ["S", "s", b"S", "S\x00", " South"])
def test_references_as_cameras_write_them(reference):
    assert gps_position(gps(LAT_REF=reference))[0] == -51.5


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"LAT": None, "LON": None}, "no GPS position in EXIF"),
        ({"LAT": None}, "GPS latitude missing"),
        ({"LON": None}, "GPS longitude missing"),
        ({"LAT_REF": None}, "latitude reference is missing in EXIF, not N or S"),
        ({"LON_REF": ""}, "longitude reference is missing"),
        ({"LAT_REF": "E"}, "latitude reference is 'E'"),
        ({"LAT": (IFDRational(51, 0), 30.0, 0.0)}, "zero denominator"),
        ({"LAT": (51.0, 30.0, IFDRational(0, 0))}, "zero denominator"),
        ({"LAT": (51.0, 30.0, math.inf)}, "zero denominator"),
        ({"LAT": (91.0, 0.0, 0.0)}, "latitude 91 in EXIF is beyond 90"),
        ({"LON": (180.0, 0.0, 1.0)}, "longitude 180 in EXIF is beyond 180"),
        ({"LAT": (51.0, 61.0, 0.0)}, "outside 0 to 60"),
        ({"LAT": (-51.0, 30.0, 0.0)}, "minus"),
        ({"LAT": ()}, "has 0 numbers"),
        ({"LAT": (1.0, 2.0, 3.0, 4.0)}, "has 4 numbers"),
        ({"LAT": "51 30 0"}, "is no number"),
        ({"LAT": (0.0, 0.0, 0.0), "LON": (0.0, 0.0, 0.0)}, "position 0, 0"),
    ],
)
def test_bad_gps_blocks_say_what_is_wrong(changes, message):
    with pytest.raises(ValueError, match=message):
        gps_position(gps(**changes))


def test_zero_is_a_latitude_and_a_longitude():
    assert gps_position(gps(LAT=(0.0, 0.0, 0.0))) == (0.0, -0.125)
    assert gps_position(gps(LON=(0.0, 0.0, 0.0))) == (51.5, 0.0)


def test_author_camera_and_their_absence(photo_bytes):
    tags = {
        ExifTags.Base.Artist: "Ana Petrova\x00junk",
        ExifTags.Base.Make: "NIKON CORPORATION",
        ExifTags.Base.Model: "NIKON D70s",
    }
    facts = read_exif(opened(photo_bytes(tags=tags)))
    assert (facts.author, facts.camera) == ("Ana Petrova", "NIKON D70s")
    assert facts.latlon_deg is None and facts.problem == "no GPS position in EXIF"
    facts = read_exif(opened(photo_bytes(tags={ExifTags.Base.Make: "samsung"})))
    assert (facts.author, facts.camera, facts.orientation) == ("", "samsung", 1)


def test_no_exif_at_all():
    facts = read_exif(Image.new("RGB", (8, 8)))
    assert facts.latlon_deg is None and facts.problem == "no GPS position in EXIF"


@pytest.mark.parametrize("damage", [b"Exif\x00\x00", b"Exif\x00\x00MM\x00*\xff\xff\xff\xff", b"?"])
@pytest.mark.filterwarnings("ignore")
def test_damaged_exif_is_a_problem_not_an_error(damage):
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "JPEG", exif=damage)
    facts = read_exif(opened(buffer.getvalue()))
    assert facts.latlon_deg is None and facts.problem


@pytest.mark.parametrize("orientation", range(1, 9))
def test_upright_undoes_every_orientation(orientation):
    # Pillow's own transposition is the reference: it reads the tag from the file.
    from PIL import ImageOps

    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3)).astype(np.uint8)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", exif=exif)
    image = opened(buffer.getvalue())
    expected = np.asarray(ImageOps.exif_transpose(image))
    turned = upright(image, read_exif(image).orientation)
    np.testing.assert_array_equal(np.asarray(turned), expected)


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_unknown_orientation_means_as_stored(photo_bytes, orientation):
    data = photo_bytes(tags={ExifTags.Base.Orientation: orientation})
    assert read_exif(opened(data)).orientation == 1
