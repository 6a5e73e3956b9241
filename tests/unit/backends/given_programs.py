"""Loops whose items change what an operator or a method of the user's gave them.

Each program makes a function and its arguments afresh, with the list that all items are given.
"""

NUMBERS = tuple(range(12))


def _work_on(given, work):
    """A loop of items that ``work`` on what ``given`` makes of a list that they share."""
    shared = []

    def function(items):
        return [work(item) for item in items], list(shared)

    return function, (given(shared),)


def sum_that_is_shared():
    def given(shared):
        class Amount:
            def __add__(self, other):
                return shared

        return [Amount() for _ in NUMBERS]

    def work(item):
        out = item + 1
        out += [1]
        return len(out)

    return _work_on(given, work)


def sum_in_place_that_is_shared():
    def given(shared):
        class Amount:
            def __sub__(self, other):
                return Amount()

            def __iadd__(self, other):
                return shared

        return [Amount() for _ in NUMBERS]

    def work(item):
        out = item - 1
        out += 1
        out += [1]
        return len(out)

    return _work_on(given, work)


def copy_that_is_shared():
    def given(shared):
        class Amount:
            def copy(self):
                return shared

        return [Amount() for _ in NUMBERS]

    def work(item):
        out = item.copy()
        out += [1]
        return len(out)

    return _work_on(given, work)


def copy_kept_in_an_object():
    def given(shared):
        class Amount:
            def __init__(self):
                self.copy = lambda: shared

        return [Amount() for _ in NUMBERS]

    def work(item):
        out = item.copy()
        out += [1]
        return len(out)

    return _work_on(given, work)


def copy_that_is_made_up():
    def given(shared):
        class Amount:
            def __getattr__(self, name):
                return lambda: shared

        return [Amount() for _ in NUMBERS]

    def work(item):
        out = item.copy()
        out += [1]
        return len(out)

    return _work_on(given, work)


def copy_of_a_class():
    shared = []

    class Amount:
        @staticmethod
        def copy(value):
            return shared

    def work(value):
        out = Amount.copy(value)
        out += [value]
        return len(out)

    def function(values):
        return [work(value) for value in values], list(shared)

    return function, (NUMBERS,)


def mean_that_is_shared():
    def given(shared):
        class Amount:
            def mean(self):
                return shared

        return [Amount() for _ in NUMBERS]

    def work(item):
        out = item.mean()
        out += [1]
        return len(out)

    return _work_on(given, work)


def comparison_that_is_shared():
    def given(shared):
        class Amount:
            def __lt__(self, other):
                return shared

        return [Amount() for _ in NUMBERS]

    def work(item):
        out = item < 3
        out += [1]
        return len(out)

    return _work_on(given, work)


def sum_of_all_that_is_shared():
    def given(shared):
        class Amount:
            def __radd__(self, other):
                return shared

        return [Amount() for _ in NUMBERS]

    def work(item):
        out = sum([item])
        out += [1]
        return len(out)

    return _work_on(given, work)


def number_that_an_amount_replaces():
    def given(shared):
        class Amount:
            def __radd__(self, other):
                return shared

        return [Amount() for _ in NUMBERS]

    def work(item):
        out = 0
        out += item
        out += [1]
        return len(out)

    return _work_on(given, work)


def rounded_that_is_shared():
    def given(shared):
        class Amount:
            def __round__(self):
                return shared

        return [Amount() for _ in NUMBERS]

    def work(item):
        out = round(item)
        out += [1]
        return len(out)

    return _work_on(given, work)


def entry_that_is_shared():
    def given(shared):
        class Table:
            def __getitem__(self, key):
                return shared

        return [Table() for _ in NUMBERS]

    def work(item):
        out = item[0]
        out += [1]
        return len(out)

    return _work_on(given, work)


def difference_handed_to_what_changes_it():
    def given(shared):
        class Amount:
            def __sub__(self, other):
                return shared

        return [Amount() for _ in NUMBERS]

    def note(rows):
        rows.append(1)
        return len(rows)

    def work(item):
        return note(item - 1)

    return _work_on(given, work)


def object_that_a_class_gives_again():
    shared = []

    class Amount:
        def __new__(cls, value):
            return shared

    def work(value):
        out = Amount(value)
        out += [value]
        return len(out)

    def function(values):
        return [work(value) for value in values], list(shared)

    return function, (NUMBERS,)


def class_that_gives_its_only_object():
    class Rows(list):
        pass

    only = Rows()

    class Amount:
        def __new__(cls):
            return only

        def __add__(self, other):
            return type(self)()

    one = object.__new__(Amount)

    def work(value):
        out = one + value
        out += [value]
        return len(out)

    def function(values):
        return [work(value) for value in values], list(only)

    return function, (NUMBERS,)


GIVEN = [
    class_that_gives_its_only_object,
    comparison_that_is_shared,
    copy_kept_in_an_object,
    copy_of_a_class,
    copy_that_is_made_up,
    copy_that_is_shared,
    difference_handed_to_what_changes_it,
    entry_that_is_shared,
    mean_that_is_shared,
    number_that_an_amount_replaces,
    object_that_a_class_gives_again,
    rounded_that_is_shared,
    sum_in_place_that_is_shared,
    sum_of_all_that_is_shared,
    sum_that_is_shared,
]


def points_that_are_added():
    class Point:
        def __init__(self, x, y):
            self.x, self.y = x, y

        def __add__(self, other):
            return Point(self.x + other.x, self.y + other.y)

        def __mul__(self, factor):
            if not isinstance(factor, int):
                return NotImplemented
            return Point(self.x * factor, self.y * factor)

        def __eq__(self, other):
            return isinstance(other, Point) and self.x == other.x and self.y == other.y

        def __abs__(self):
            return abs(self.x) + abs(self.y)

    def work(point):
        total = 0
        for number in range(4):
            total += abs(point * number + point)
        return total + (point == point)

    def function(points):
        return [work(point) for point in points]

    return function, ([Point(number, number + 1) for number in NUMBERS],)


def amounts_that_nobody_changes():
    class Amount:
        def __init__(self, value):
            self.value = value

        def __add__(self, other):
            return self

    def function(items):
        return [(item + 1).value for item in items]

    return function, ([Amount(number) for number in NUMBERS],)


SPREAD = [amounts_that_nobody_changes, points_that_are_added]
