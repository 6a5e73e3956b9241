"""Level 0: counting what runs, in development and in production."""

import numpy as np

import epochly

reports = []


@epochly.optimize(level=0)
def energy_of_noise(count):
    """Sum over random values."""
    noise = np.random.rand(count)
    return np.sum(noise**2 + np.sin(noise))


def send_report(metrics):
    reports.append(metrics)


def score(values):
    return sum(values) / len(values)


@epochly.optimize(level=0)
def score_and_report(values):
    found = score(values)
    send_report(epochly.get_metrics())
    return found
