"""A program that runs items in worker processes under circumstances that its argument names."""

import os
import resource
import signal
import sys
import tempfile

import epochly


def work(value):
    return sum(i * value for i in range(20_000))


@epochly.optimize(level=3)
def spread(values):
    return [work(value) for value in values]


def no_output():
    sys.stdout = None


def closed_output():
    sys.stdout.close()


def folder_that_is_gone():
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    os.rmdir(folder)


def few_descriptors():
    import threadpoolctl  # noqa: F401

    resource.setrlimit(resource.RLIMIT_NOFILE, (12, 12))


def exits_at_once():
    os._exit(0)


def terminated():
    os.kill(os.getpid(), signal.SIGTERM)


def killed():
    os.kill(os.getpid(), signal.SIGKILL)


def forked():
    pid = os.fork()
    if pid:
        os.waitpid(pid, 0)
    sys.exit()


BEFORE = [no_output, closed_output, folder_that_is_gone, few_descriptors]
AFTER = [exits_at_once, terminated, killed, forked]


def main(name):
    expected = spread.__wrapped__(range(8))
    for prepare in BEFORE:
        if prepare.__name__ == name:
            prepare()
    if spread(range(8)) != expected:
        print("another result", file=sys.stderr)
    print(epochly.explain(spread), file=sys.stderr, flush=True)
    for end in AFTER:
        if end.__name__ == name:
            end()


if __name__ == "__main__":
    main(sys.argv[1])
