"""Many threads call decorated functions while levels change, contexts nest and calls fail."""

import random
import sys
import threading
import time
from dataclasses import dataclass

import psutil

import epochly


def squares(n):
    total = 0
    for i in range(n):
        total += i * i
    return total


def doubled(values):
    return [value * 2 for value in values]


def spun(n):
    if n % 7 == 0:
        raise ValueError(n)
    total = 0
    for i in range(n):
        total += i * i % 7
    return total


def climbed(start, n):
    """Leaves 64 bits for some starts, where compiled code gives up."""
    for i in range(n):
        start += i & 3
    return start


LOW, HIGH = 2**61, 2**63 - 9
SIZES = (3000, 1000, 300, 12_000)
LONGEST_WAIT_S = 150.0


def fragile(n):
    if n % 3 == 0:
        raise ValueError(n)
    return n


@dataclass
class Soaked:
    """What happened, and what was counted."""

    calls: int
    errors: int
    counted: dict
    wrong: list
    memory: list
    stood: set
    checks: int

    @property
    def growth(self):
        """Bytes of resident memory gained over the second half."""
        return self.memory[-1] - self.memory[len(self.memory) // 2]


def soak(seconds, threads=32, seed=1):
    """Run for some seconds, and on until a level was dropped; calls are counted on the side.

    Those are the calls of decorated functions, and those of plain ones in contexts that name them.
    Functions without a level choose theirs meanwhile, are checked often, and drop it where compiled
    code gives up; new ones begin with what was decided.
    """
    epochly.reset_metrics()
    automatic = {function: epochly.optimize(watch=0.3)(function) for function in (spun, climbed)}
    plainly = {n: sum(i * i % 7 for i in range(n)) for n in range(3000, 3040)}
    stood, checks = set(), {}
    climb = {"n": SIZES[0], "start": LOW}
    over = threading.Event()
    decorated = {level: epochly.optimize(level=level)(squares) for level in (0, 2)}
    mapped = epochly.optimize(level=1)(doubled)
    failing = epochly.optimize(level=0)(fragile)
    began = time.monotonic()
    made = [[0, 0] for _ in range(threads)]
    wrong, memory = [], []

    def one_round(chance, own):
        n = chance.randrange(40)
        function = chance.choice(list(decorated.values()))
        if function(n) != sum(i * i for i in range(n)):
            wrong.append(("squares", n))
        own[0] += 1
        if mapped([n, n + 1]) != [2 * n, 2 * n + 2]:
            wrong.append(("doubled", n))
        own[0] += 1
        try:
            own[0] += 1
            if failing(n) != n or n % 3 == 0:
                wrong.append(("fragile", n))
        except ValueError:
            own[1] += 1

    def one_automatic_round(chance, own, functions):
        n = chance.randrange(3000, 3040)
        own[0] += 1
        try:
            if functions[spun](n) != plainly[n] or n % 7 == 0:
                wrong.append(("spun", n))
        except ValueError:
            own[1] += 1
        start, n = climb["start"], climb["n"]
        own[0] += 1
        if functions[climbed](start, n) != climbed(start, n):
            wrong.append(("climbed", start, n))

    def look():
        for name, function in automatic.items():
            for standing in function.__epochly_state__.dispatcher.policy.standings():
                stood.add((name.__name__, standing.state, int(standing.realized.level)))
                checks[name.__name__, standing.kind] = standing.checks
        # What was committed to and checked is made to give up; then another kind begins anew.
        climbs = automatic[climbed].__epochly_state__.dispatcher.policy.standings()
        states = [standing.state for standing in climbs]
        climb["n"] = SIZES[states.count("settled") % len(SIZES)]
        checked = any(s.state == "committed" and s.checks for s in climbs)
        climb["start"] = HIGH if checked else LOW

    def work(number):
        chance, own = random.Random(seed + number), made[number]
        while not over.is_set() and not wrong:
            try:
                for _ in range(20):
                    one_round(chance, own)
                one_automatic_round(chance, own, automatic)
                if chance.random() < 0.02:
                    anew = {function: epochly.optimize(function) for function in automatic}
                    one_automatic_round(chance, own, anew)
                with epochly.optimize_context(level=chance.choice([0, 1, 2])):
                    one_round(chance, own)
                    own[0] += 1
                    one_automatic_round(chance, own, automatic)
                    own[0] += 1
                    if doubled([1, 2, 3]) != [2, 4, 6]:
                        wrong.append(("plain", number))
                    own[0] += 1
                    with epochly.optimize_context(level=chance.choice([0, 2])):
                        one_round(chance, own)
                        own[0] += 1
                    if chance.random() < 0.1:
                        raise KeyError("out of a context")
            except KeyError:
                pass
            epochly.optimize(level=0)(fragile)(1)
            own[0] += 1

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    try:
        for worker in workers:
            worker.start()
        while any(worker.is_alive() for worker in workers):
            time.sleep(min(0.2, seconds / 20))
            memory.append(psutil.Process().memory_info().rss)
            epochly.get_metrics()
            look()
            spent = time.monotonic() - began
            dropped = {("climbed", "committed", 2), ("climbed", "settled", 0)} <= stood
            dropped = dropped and any(checks.values())
            if spent > seconds and (dropped or spent > seconds + LONGEST_WAIT_S):
                over.set()
        for worker in workers:
            worker.join()
    finally:
        sys.setswitchinterval(interval)
    calls, errors = (sum(own[place] for own in made) for place in (0, 1))
    return Soaked(calls, errors, epochly.get_metrics(), wrong, memory, stood, sum(checks.values()))
