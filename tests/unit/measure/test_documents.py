"""What crosses the line to a worker."""

import json

from epochly.errors import EpochlyError
from epochly.measure.documents import defect, described, refusal


def raised(function):
    try:
        function()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def test_a_defect_of_ours_says_where_it_is_and_that_it_is_to_be_reported():
    found = refusal(defect(raised(lambda: {}["missing"])))
    assert found["type"] == "EpochlyError"
    assert found["what"] == "a defect of epochly or of a backend: KeyError: 'missing'"
    assert found["where"].startswith(__file__)
    assert "report" in found["remedy"]
    assert "Traceback" in found["detail"]
    assert EpochlyError.exit_code == 70


def test_an_exception_of_the_users_is_described_with_its_place():
    found = described(raised(lambda: 1 // 0), __file__)
    assert found["text"].startswith("ZeroDivisionError")
    assert found["text"].endswith(f"(at {__file__}:{found['line']})")


def test_an_exception_of_a_library_names_the_users_line_first():
    found = described(raised(lambda: json.loads("{")), __file__)
    place = f"(at {__file__}:{found['line']}, from {json.decoder.__file__}:"
    assert place in found["text"]


def test_a_line_of_another_file_is_not_given_as_one_of_the_functions():
    found = described(raised(lambda: 1 // 0), json.decoder.__file__)
    assert f"(at {__file__}:" in found["text"]
    assert found["line"] is None
