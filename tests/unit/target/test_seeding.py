"""What is drawn is the same in every process, wherever NumPy is imported."""

import json
import subprocess
import sys

PROGRAM = """
import json, sys
{before}
from epochly.target.seeding import seed_from_now_on
seed_from_now_on({seed})
import random
import numpy as np
print(json.dumps([random.random(), np.random.rand(), np.random.randint(1000)]))
"""


def drawn(seed, before=""):
    program = PROGRAM.format(seed=seed, before=before)
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    return json.loads(ran.stdout)


def test_a_process_draws_as_another_one_with_its_seed():
    assert drawn(3) == drawn(3) != drawn(4)


def test_it_does_not_matter_when_numpy_is_imported():
    assert drawn(3) == drawn(3, before="import numpy.random")
