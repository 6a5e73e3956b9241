"""Level 1: pages and files, one after another in the source."""

import json

import requests

import epochly


@epochly.optimize(level=1)
def pages(addresses):
    """Fetch every page."""
    texts = []
    for address in addresses:
        answer = requests.get(address)
        texts.append(answer.text)
    return texts


@epochly.optimize(level=1)
def documents(paths):
    """Parse every file."""
    found = []
    for path in paths:
        with open(path, "r") as file:
            found.append(json.load(file))
    return found


@epochly.optimize(level=2)
def contents_compiled(paths):
    """A level that does not help with files."""
    return [open(path).read() for path in paths]


@epochly.optimize(level=1)
def contents(paths):
    return [open(path).read() for path in paths]
