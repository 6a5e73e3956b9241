"""Plain data from files of YAML."""

import pytest
import yaml

from epochly.files import plain_yaml


def test_yaml_is_read_as_its_own_safe_loader_reads_it():
    text = "a: [1, 2.5, yes, null, 2024-01-02]\n'b': {c: \"d\\u00e9\"}\n"
    assert plain_yaml(text) == yaml.safe_load(text)


@pytest.mark.parametrize(
    "text",
    [
        "a: [",
        "!!python/object:os.system {}",
        "[" * 100_000,
        "- " * 100_000,
        "a: *b",
        "a: 2024-13-45",
        "a: !!bool maybe",
        "a: !!timestamp soon",
        "a: !!int ''",
    ],
)
def test_what_is_not_plain_data_is_refused(text):
    with pytest.raises(yaml.YAMLError):
        plain_yaml(text)
