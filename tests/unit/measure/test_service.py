"""A service is started on a free port, waited for, and ended whatever happens."""

import socket
import sys
import urllib.request

import psutil
import pytest

from epochly.errors import UsageError
from epochly.measure.service import PORT_VARIABLE, running_service

SERVER = "python -m epochly_fixtures.slow_server"


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(port))) == 0


def test_a_service_answers_within_the_block_and_is_gone_after(tmp_path):
    with running_service(SERVER, str(tmp_path), {}) as found:
        port = found.environment[PORT_VARIABLE]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/page", timeout=5) as answer:
            assert b'"length": 5' in answer.read()
    assert not answers(port)


@pytest.mark.parametrize("port", ["$EPOCHLY_SERVICE_PORT", "${EPOCHLY_SERVICE_PORT}"])
def test_the_port_may_stand_in_the_command(tmp_path, port):
    command = f"python -m http.server --bind 127.0.0.1 {port}"
    with running_service(command, str(tmp_path), {}) as found:
        assert found.answers()


def test_a_service_is_ended_after_an_exception(tmp_path):
    port = None

    def run():
        nonlocal port
        with running_service(SERVER, str(tmp_path), {}) as found:
            port = found.environment[PORT_VARIABLE]
            raise KeyError(port)

    with pytest.raises(KeyError):
        run()
    assert not answers(port)


def test_no_command_is_no_service(tmp_path):
    with running_service(None, str(tmp_path), {}) as found:
        assert found is None


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("no-such-command-here", "cannot be started"),
        (f"{sys.executable} -c 'raise SystemExit(\"broken\")'", "exited with status 1"),
    ],
)
def test_a_service_that_does_not_come_up_is_a_usage_error(tmp_path, command, said):
    with pytest.raises(UsageError, match=said), running_service(command, str(tmp_path), {}):
        pass


def test_a_service_that_talks_much_is_not_held_up(tmp_path):
    (tmp_path / "loud.py").write_text(
        "import sys\nsys.stderr.write('x' * 1_000_000)\nsys.stderr.flush()\n"
        "from epochly_fixtures.slow_server import main\nmain()\n"
    )
    with running_service("python loud.py", str(tmp_path), {}) as found:
        assert answers(found.environment[PORT_VARIABLE])


DAEMON = """
import os, signal, socket, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execve("/bin/sleep", ["sleep", "62"], {})
    os._exit(0)
os.wait()
server = socket.create_server(("127.0.0.1", int(os.environ["EPOCHLY_SERVICE_PORT"])))
time.sleep(60)
"""


def test_a_service_that_ignores_being_ended_goes_with_its_daemons(tmp_path, monkeypatch):
    monkeypatch.setattr("epochly.measure.service.GRACE_S", 0.1)
    (tmp_path / "stubborn.py").write_text(DAEMON)
    with running_service("python stubborn.py", str(tmp_path), {}) as found:
        assert answers(found.environment[PORT_VARIABLE])
    assert not answers(found.environment[PORT_VARIABLE])
    assert not [p for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"] == ["sleep", "62"]]


def test_a_service_gets_the_variables_it_is_given(tmp_path):
    (tmp_path / "marked.py").write_text(
        "import http.server, os, pathlib\n"
        "pathlib.Path('mark').write_text(os.environ['MARK'])\n"
        "port = int(os.environ['EPOCHLY_SERVICE_PORT'])\n"
        "http.server.HTTPServer(\n"
        "    ('127.0.0.1', port), http.server.BaseHTTPRequestHandler\n"
        ").serve_forever()\n"
    )
    with running_service("python marked.py", str(tmp_path), {"MARK": "its own"}):
        assert (tmp_path / "mark").read_text() == "its own"


ENDING = """
import os, signal, socket, sys
server = socket.create_server(("127.0.0.1", int(os.environ["EPOCHLY_SERVICE_PORT"])))
server.accept()
if server.accept():
    sys.stderr.write("out of pages\\nno page left\\n")
    sys.stderr.flush()
    END
"""


@pytest.mark.parametrize(
    ("end", "said"),
    [("os._exit(7)", "exited with status 7"), ("os.kill(0, 9)", "was killed by SIGKILL")],
)
def test_a_service_that_ends_in_the_middle_says_how_and_its_last_words(tmp_path, end, said):
    (tmp_path / "ending.py").write_text(ENDING.replace("END", end))
    with running_service("python ending.py", str(tmp_path), {}) as found:
        assert answers(found.port)
        found.process.wait(5)
        assert found.end() == (
            f"the service {said} in the middle of the run, last saying: no page left"
        )


def test_a_service_that_answers_has_not_ended(tmp_path):
    with running_service(SERVER, str(tmp_path), {}) as found:
        assert found.end() is None
