"""Loops that call local functions, lambdas and methods, with and without state that items share.

Each program makes a function and its arguments afresh, with all the state they share.
"""

# ruff: noqa: B006, E731
import functools

NUMBERS = tuple(range(12))


class Point:
    def __init__(self, x=0):
        self.x = x
        self.seen = []

    def bump(self, value):
        self.x += value
        return self.x

    def note(self, value):
        self.seen.append(value)
        return len(self.seen)

    def get(self, value):
        self.x += value
        return self.x

    def twice(self, value):
        return self.bump(value) + self.bump(value)

    def __call__(self, value):
        return self.bump(value)

    def scaled(self, value):
        found = []
        for part in range(value):
            found.append(part * self.x)
        fresh = Point(value)
        fresh.bump(value)
        return sum(found) + fresh.x


class Slow(Point):
    def bump(self, value):
        return super().bump(value)


def put(held, value):
    held.append(value)
    return len(held)


def step(point, value):
    return point.bump(value)


def nonlocal_of_a_local_function():
    def function(values):
        total = 0

        def add(value):
            nonlocal total
            before = total
            total = before + value
            return total

        return [add(value) for value in values], total

    return function, (NUMBERS,)


def element_stored_by_a_local_function():
    def function(values):
        acc = [0]

        def add(value):
            acc[0] = acc[0] + value
            return acc[0]

        return [add(value) for value in values]

    return function, (NUMBERS,)


def element_stored_under_the_name_of_the_item():
    def function(values):
        value = [0]

        def add(given):
            value[0] += given
            return value[0]

        return [add(value) for value in values]

    return function, (NUMBERS,)


def attribute_stored_by_a_local_function():
    def function(values):
        p = Point()

        def add(value):
            p.x = p.x + value
            return p.x

        return [add(value) for value in values]

    return function, (NUMBERS,)


def memo_of_a_local_function():
    def function(values):
        memo = {}

        def add(value):
            memo[value] = len(memo)
            return memo[value]

        return [add(value) for value in values]

    return function, (NUMBERS,)


def append_of_a_lambda():
    def function(values):
        acc = []
        add = lambda value: (acc.append(value), len(acc))[1]
        return [add(value) for value in values]

    return function, (NUMBERS,)


def append_through_another_name():
    def function(values):
        acc = []

        def add(value):
            held = acc
            held.append(value)
            return len(held)

        push = add
        return [push(value) for value in values]

    return function, (NUMBERS,)


def local_function_that_calls_another():
    def function(values):
        acc = []

        def push(value):
            acc.append(value)
            return len(acc)

        def add(value):
            return push(value)

        return [add(value) for value in values]

    return function, (NUMBERS,)


def local_function_that_hands_on():
    def function(values):
        acc = []

        def add(value):
            return put(acc, value)

        return [add(value) for value in values]

    return function, (NUMBERS,)


def local_function_given_what_is_shared():
    def function(values):
        acc = []

        def add(held, value):
            held.append(value)
            return len(held)

        return [add(acc, value) for value in values]

    return function, (NUMBERS,)


def default_of_a_local_function():
    def function(values):
        def add(value, held=[]):
            held.append(value)
            return len(held)

        return [add(value) for value in values]

    return function, (NUMBERS,)


def local_function_that_is_passed_on():
    def function(values):
        acc = []

        def add(value):
            acc.append(value)
            return len(acc)

        return [list(map(add, [value])) for value in values]

    return function, (NUMBERS,)


def one_of_two_local_functions():
    def function(values, counted=True):
        acc = []
        if counted:

            def add(value):
                acc.append(value)
                return len(acc)

        else:

            def add(value):
                return value

        return [add(value) for value in values]

    return function, (NUMBERS,)


def local_function_with_a_partial():
    def function(values):
        acc = []

        def push(held, value):
            held.append(value)
            return len(held)

        add = functools.partial(push, acc)
        return [add(value) for value in values]

    return function, (NUMBERS,)


def local_function_of_a_loop():
    def function(values):
        acc = [0]

        def add(value):
            acc[0] += value
            return acc[0]

        found = []
        for number in values:
            found.append(add(number))
        return found

    return function, (NUMBERS,)


def method_of_a_local_object():
    def function(values):
        p = Point()
        return [p.bump(value) for value in values]

    return function, (NUMBERS,)


def method_that_appends():
    def function(values):
        p = Point()
        return [p.note(value) for value in values]

    return function, (NUMBERS,)


def method_with_the_name_of_a_harmless_one():
    def function(values):
        p = Point()
        return [p.get(value) for value in values]

    return function, (NUMBERS,)


def method_that_calls_another():
    def function(values):
        p = Point()
        return [p.twice(value) for value in values]

    return function, (NUMBERS,)


def method_of_an_outer_object():
    p = Point()

    def function(values):
        return [p.bump(value) for value in values]

    return function, (NUMBERS,)


def method_kept_under_a_name():
    def function(values):
        p = Point()
        bump = p.bump
        return [bump(value) for value in values]

    return function, (NUMBERS,)


def method_that_is_passed_on():
    def function(values):
        p = Point()
        return [list(map(p.bump, [value])) for value in values]

    return function, (NUMBERS,)


def method_called_by_a_helper():
    def function(values):
        p = Point()
        return [step(p, value) for value in values]

    return function, (NUMBERS,)


def method_called_by_a_local_function():
    def function(values):
        p = Point()

        def add(value):
            return p.bump(value)

        return [add(value) for value in values]

    return function, (NUMBERS,)


def method_of_self():
    class Model:
        total = 0

        def step(self, value):
            self.total += value
            return self.total

        def run(self, values):
            return [self.step(value) for value in values]

    return Model().run, (NUMBERS,)


def method_of_a_part_of_self():
    class Model:
        def __init__(self):
            self.point = Point()

        def run(self, values):
            return [self.point.bump(value) for value in values]

    return Model().run, (NUMBERS,)


def object_that_is_called():
    def function(values):
        p = Point()
        return [p(value) for value in values]

    return function, (NUMBERS,)


def outer_object_that_is_called():
    p = Point()

    def function(values):
        return [p(value) for value in values]

    return function, (NUMBERS,)


def class_method_of_an_object():
    class Model:
        total = 0

        @classmethod
        def step(cls, value):
            cls.total += value
            return cls.total

    def function(values):
        p = Model()
        return [p.step(value) for value in values]

    return function, (NUMBERS,)


def cached_method_of_an_object():
    class Model:
        total = 0

        @functools.cache  # noqa: B019
        def step(self, value):
            self.total += value
            return self.total

    def function(values):
        p = Model()
        return [p.step(value) for value in values]

    return function, (NUMBERS,)


REFUSED = [
    class_method_of_an_object,
    cached_method_of_an_object,
    nonlocal_of_a_local_function,
    element_stored_by_a_local_function,
    element_stored_under_the_name_of_the_item,
    attribute_stored_by_a_local_function,
    memo_of_a_local_function,
    append_of_a_lambda,
    append_through_another_name,
    local_function_that_calls_another,
    local_function_that_hands_on,
    local_function_given_what_is_shared,
    default_of_a_local_function,
    local_function_that_is_passed_on,
    one_of_two_local_functions,
    local_function_with_a_partial,
    local_function_of_a_loop,
    method_of_a_local_object,
    method_that_appends,
    method_with_the_name_of_a_harmless_one,
    method_that_calls_another,
    method_of_an_outer_object,
    method_kept_under_a_name,
    method_that_is_passed_on,
    method_called_by_a_helper,
    method_called_by_a_local_function,
    method_of_self,
    method_of_a_part_of_self,
    object_that_is_called,
    outer_object_that_is_called,
]


def method_of_an_argument():
    def function(values, p):
        return [p.bump(value) for value in values]

    return function, (NUMBERS, Point())


def method_of_a_part_of_an_argument():
    class Model:
        def __init__(self):
            self.point = Point()

    def function(values, model):
        return [model.point.bump(value) for value in values]

    return function, (NUMBERS, Model())


def method_of_an_argument_called_by_a_helper():
    def function(values, p):
        return [step(p, value) for value in values]

    return function, (NUMBERS, Point())


def method_of_an_argument_called_by_a_local_function():
    def function(values, p):
        def add(value):
            return p.bump(value)

        return [add(value) for value in values]

    return function, (NUMBERS, Point())


def method_of_a_class_made_here():
    def function(values):
        class Local:
            x = 0

            def bump(self, value):
                self.x += value
                return self.x

        p = Local()
        return [p.bump(value) for value in values]

    return function, (NUMBERS,)


def method_that_asks_its_base():
    def function(values, p):
        return [p.bump(value) for value in values]

    return function, (NUMBERS, Slow())


def argument_that_is_called():
    def function(values, p):
        return [p(value) for value in values]

    return function, (NUMBERS, Point())


# The classes of these are known in a call only; they are run one by one there.
IN_A_CALL = [
    method_of_an_argument,
    method_of_a_part_of_an_argument,
    method_of_an_argument_called_by_a_helper,
    method_of_an_argument_called_by_a_local_function,
    method_of_a_class_made_here,
    method_that_asks_its_base,
    argument_that_is_called,
]


def object_of_each_item():
    def function(values):
        found = []
        for value in values:
            p = Point(value)
            p.bump(value)
            p.note(value)
            found.append(p.x)
        return found

    return function, (NUMBERS,)


def object_made_in_place():
    def function(values):
        return [Point(value).bump(value) for value in values]

    return function, (NUMBERS,)


def items_that_change_themselves():
    def function(points):
        return [point.bump(1) for point in points]

    return function, ([Point(number) for number in NUMBERS],)


def local_function_with_locals():
    def function(values):
        scale = 3

        def add(value):
            total = 0
            acc, memo = [], {}
            for part in range(value):
                total += part * scale
                acc.append(total)
                memo[part] = total
            p = Point()
            p.x = total
            p.bump(total)
            return total + p.x + len(acc)

        return [add(value) for value in values]

    return function, (NUMBERS,)


def local_function_with_an_inner_counter():
    def function(values):
        def work(value):
            total = 0
            acc = []

            def add(part):
                nonlocal total
                total += part
                acc.append(part)

            for part in range(value):
                add(part)
            return total, acc

        return [work(value) for value in values]

    return function, (NUMBERS,)


def counter_within_a_helper():
    def work(value):
        total = 0
        acc = []

        def push(part):
            acc.append(part)

        def add(part):
            nonlocal total
            total += part
            push(part)

        for part in range(value):
            add(part)
        return total, acc

    def function(values):
        return [work(value) for value in values]

    return function, (NUMBERS,)


def local_function_that_fills_what_it_is_given():
    def function(values):
        def fill(held, value):
            held.append(value)
            return held

        return [fill([], value) for value in values]

    return function, (NUMBERS,)


def names_that_only_look_alike():
    def function(values):
        acc = [1, 2]
        acc.append(3)

        def add(value):
            acc = []
            acc.append(value)
            return acc

        return [add(value) for value in values], acc

    return function, (NUMBERS,)


def method_with_locals():
    def function(values, p):
        return [p.scaled(value) for value in values]

    return function, (NUMBERS, Point(2))


def method_of_self_with_locals():
    class Model:
        def __init__(self):
            self.point = Point(3)

        def one(self, value):
            made = {}
            made[value] = self.point.x
            return self.point.scaled(value) + made[value]

        def run(self, values):
            self.runs = 1
            return [self.one(value) for value in values]

    return Model().run, (NUMBERS,)


def lambda_that_reads():
    def function(values):
        table = {number: number * number for number in values}
        look = lambda value: table[value]
        return [look(value) for value in values]

    return function, (NUMBERS,)


PARALLEL = [
    object_of_each_item,
    object_made_in_place,
    items_that_change_themselves,
    local_function_with_locals,
    local_function_with_an_inner_counter,
    counter_within_a_helper,
    local_function_that_fills_what_it_is_given,
    names_that_only_look_alike,
    method_with_locals,
    method_of_self_with_locals,
    lambda_that_reads,
]
