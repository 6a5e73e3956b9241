"""A worker imports one of two trees, whatever an installation leads to."""

import dataclasses
import json
import subprocess
import sys
import textwrap

import pytest

from epochly.target.trees import Tree


@pytest.fixture
def trees(tmp_path):
    """Two versions of a package, in a folder each."""
    for name in ("reference", "head"):
        package = tmp_path / name / "src" / "shop"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text("")
        (package / "price.py").write_text(f"VERSION = {name!r}\n")
    return tmp_path


def seen(trees, code, shared=(), first=""):
    """What a process of the reference prints, with the head's package on its path."""
    tree = Tree(str(trees / "reference"), str(trees / "head"), tuple(shared))
    program = textwrap.dedent(f"""
        import dataclasses, json, sys
        {first or f"sys.path.append({str(trees / 'head' / 'src')!r})"}
        from epochly.target.trees import Tree, origins, stay_in
        tree = Tree(**{dataclasses.asdict(tree)!r})
        stay_in(tree)
        {code}
    """)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


VERSION = "import shop.price; print(json.dumps(shop.price.VERSION))"
ORIGINS = "print(json.dumps(dataclasses.asdict(origins(tree))))"


def test_an_entry_of_the_path_leads_to_the_tree(trees):
    assert seen(trees, VERSION) == "reference"


def test_an_editable_finder_is_led_to_the_tree(trees):
    finder = f"""
import importlib.util
class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "shop":
            place = {str(trees / "head" / "src" / "shop" / "__init__.py")!r}
            return importlib.util.spec_from_file_location(name, place)
sys.meta_path.append(Finder)
"""
    assert seen(trees, VERSION, first=finder.replace("\n", "\n        ")) == "reference"


def test_a_namespace_package_is_led_to_the_tree(trees):
    for name in ("reference", "head"):
        (trees / name / "src" / "shop" / "__init__.py").unlink()
    assert seen(trees, VERSION) == "reference"


def test_a_module_that_only_the_other_tree_has_is_not_found(trees):
    (trees / "head" / "src" / "shop" / "added.py").write_text("")
    find = "import importlib.util; found = importlib.util.find_spec('shop.added')"
    assert seen(trees, f"{find}; print(json.dumps(found is None))") is True


def test_a_generated_module_is_shared_and_named(trees):
    source = trees / "head" / "src"
    (source / "made.py").write_text("MADE = True\n")
    finder = f"""
import importlib.machinery
class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        return importlib.machinery.PathFinder.find_spec(name, [{str(source)!r}])
sys.meta_path.append(Finder)
"""
    first = finder.replace("\n", "\n        ")
    found = seen(trees, f"import made; {ORIGINS}", shared=["src/made.py"], first=first)
    assert found["shared"] == [str(source / "made.py")]
    assert found["foreign"] == []


def test_modules_are_counted_by_the_tree_they_lie_in(trees):
    found = seen(trees, f"import shop.price; {ORIGINS}")
    assert found["own"] == sorted(
        str(trees / "reference" / "src" / "shop" / name) for name in ("__init__.py", "price.py")
    )
    assert found["foreign"] == []


def test_a_module_loaded_by_its_path_from_the_other_tree_is_foreign(trees):
    path = str(trees / "head" / "src" / "shop" / "price.py")
    code = (
        "import importlib.util; "
        f"spec = importlib.util.spec_from_file_location('price', {path!r}); "
        "module = importlib.util.module_from_spec(spec); "
        f"sys.modules['price'] = module; spec.loader.exec_module(module); {ORIGINS}"
    )
    assert seen(trees, code)["foreign"] == [path]


def test_an_environment_within_a_tree_belongs_to_both(trees):
    tree = Tree(str(trees / "reference"), str(trees / "head"))
    inside = trees / "head" / "env" / "lib" / "site-packages" / "numpy" / "__init__.py"
    assert tree.counterpart(str(inside)) is None
    assert tree.counterpart(str(trees / "head" / "a.py")) == str(trees / "reference" / "a.py")
    assert tree.counterpart("/elsewhere/a.py") is None


CHILD = (
    "pass_on(tree, {folder!r}); "
    "print(subprocess.run([sys.executable, *{flags!r}, '-c', {child!r}], "
    "capture_output=True, text=True, check=True).stdout)"
)
BEFORE = "import os, subprocess; from epochly.target.trees import pass_on; "


def started(trees, child, path, flags=()):
    """What a Python prints that a process of the reference starts, with folders on its path."""
    folder = trees / "site"
    folder.mkdir()
    entries = [str(trees / entry) for entry in path]
    told = f"os.environ['PYTHONPATH'] = os.pathsep.join({entries!r}); "
    return seen(trees, BEFORE + told + CHILD.format(folder=str(folder), child=child, flags=flags))


def test_a_python_that_is_started_there_stays_in_the_tree(trees):
    assert started(trees, f"import json; {VERSION}", ["head/src"]) == "reference"


def test_a_python_that_is_started_there_without_site_stays_in_the_tree_too(trees):
    assert started(trees, f"import json; {VERSION}", ["head/src"], ["-S"]) == "reference"


def test_a_python_that_is_started_there_runs_the_projects_own_start_too(trees):
    own = trees / "own"
    own.mkdir()
    (own / "sitecustomize.py").write_text("import builtins\nbuiltins.OWN = 'ran'\n")
    assert started(trees, "import json; print(json.dumps(OWN))", ["own"]) == "ran"
