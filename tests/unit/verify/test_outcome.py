"""What a call did is looked at without asking the user's objects for anything."""

import pytest

from epochly.code.function import function_of
from epochly.errors import ResultError
from epochly.model import Arguments
from epochly.verify.outcome import Watch, are_still


class AnswersAll:
    def __getattr__(self, name):
        return None


class RaisesForAll:
    def __getattr__(self, name):
        raise RuntimeError(name)


def returned(value):
    return Watch(function_of(len), Arguments()).returned(value, "")


@pytest.mark.parametrize("kind", [AnswersAll, RaisesForAll])
def test_an_object_that_answers_for_any_attribute_is_no_iterator(kind):
    value = kind()
    assert returned(value).value is value


def test_an_iterator_is_refused_with_its_remedy():
    with pytest.raises(ResultError) as caught:
        returned(map(len, []))
    assert caught.value.remedy == "wrap it in list()"


def test_arguments_that_stay_as_a_call_left_them_are_told_from_new_ones():
    values = [1, 2]
    watch = Watch(function_of(len), Arguments((values, 3)))
    assert watch.changed_arguments() == {}
    values.append(3)
    left = watch.changed_arguments()
    assert are_still(left, Arguments((values, 3)))
    assert not are_still(left, Arguments(([1, 2], 3)))
