"""Functions that wait, each for something else."""

import io
import json
import os
import sqlite3
import subprocess
import time
import urllib.request
from pathlib import Path

import numpy as np
import requests


def file_open(path):
    with open(path) as f:
        return f.read()


def file_json(f):
    return json.load(f)


def file_path(path: Path):
    return path.read_text()


def file_numpy(path):
    return np.load(path)


def network_requests(url):
    return requests.get(url)


def network_urllib(url):
    return urllib.request.urlopen(url)


def database_connect(path):
    return sqlite3.connect(path)


def database_query(connection):
    return connection.execute("SELECT 1").fetchone()


def database_known(path):
    connection = sqlite3.connect(path)
    return connection.execute("SELECT 1").fetchall()


def none_in_text(text):
    words = "a b".split()
    return words, io.StringIO(text).read()


def process_run():
    return subprocess.run(["true"])


def process_system():
    return os.system("true")


def wait_sleep():
    time.sleep(1)


def none_at_all(data, mapping):
    text = os.path.join("a", "b")
    return [text, json.dumps(data), mapping.get("x"), np.sqrt(2.0), time.perf_counter()]
