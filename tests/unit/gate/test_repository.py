"""The gate finds its commits in a real repository, and leaves nothing of its second tree behind."""

import os
import shutil
import subprocess

import pytest

from epochly.errors import UsageError
from epochly.gate.repository import Repository


class Git:
    """A repository with two commits on ``main``."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self("init", "--quiet", "--initial-branch=main")
        self.commit("first")
        self.commit("second")

    def __call__(self, *arguments):
        who = ("-c", "user.name=test", "-c", "user.email=test@localhost")
        done = subprocess.run(
            ["git", *who, *arguments], cwd=self.folder, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def commit(self, text):
        (self.folder / "file.txt").write_text(text)
        self("add", "--all")
        self("commit", "--quiet", "--message", text)
        return self("rev-parse", "HEAD")

    def clone(self, folder, *options):
        self("clone", "--quiet", *options, f"file://{self.folder}", str(folder))
        return folder


@pytest.fixture(autouse=True)
def outside_of_ci(monkeypatch):
    for name in ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def git(tmp_path):
    return Git(tmp_path / "repository")


def refused(call):
    with pytest.raises(UsageError) as caught:
        call()
    assert caught.value.exit_code == 2
    assert caught.value.remedy
    return caught.value


def test_the_root_is_found_from_any_folder_within(git):
    inside = git.folder / "deep" / "er"
    inside.mkdir(parents=True)
    assert Repository(str(inside)).root == str(git.folder.resolve())


def test_the_head_is_the_work_tree_with_its_changes(git):
    repository = Repository(str(git.folder))
    assert repository.head().dirty is False
    (git.folder / "file.txt").write_text("changed")
    assert repository.head().dirty is True
    assert repository.head().commit == git("rev-parse", "HEAD")


@pytest.mark.parametrize("project", [".", "part/of/it"])
def test_the_history_of_earlier_runs_is_no_change(git, project):
    kept = git.folder / project / ".epochly"
    kept.mkdir(parents=True)
    (kept / "history.jsonl").touch()
    assert Repository(str(git.folder)).head().dirty is False


def test_the_default_reference_is_where_the_branch_left_main(git):
    left = git("rev-parse", "HEAD")
    git("checkout", "--quiet", "-b", "change")
    git.commit("third")
    git("checkout", "--quiet", "main")
    git.commit("meanwhile")
    git("checkout", "--quiet", "change")
    found = Repository(str(git.folder)).reference(None)
    assert found.commit == left
    assert found.name == "merge base with main"


def test_a_clone_prefers_the_default_branch_of_its_origin(git, tmp_path):
    clone = git.clone(tmp_path / "clone")
    assert Repository(str(clone)).reference(None).name == "merge base with origin/main"


def test_a_ci_server_names_the_branch_to_compare_with(git, tmp_path, monkeypatch):
    git("branch", "release")
    clone = git.clone(tmp_path / "clone")
    monkeypatch.setenv("GITHUB_BASE_REF", "release")
    assert Repository(str(clone)).reference(None).name == "merge base with origin/release"


def test_a_detached_head_has_a_merge_base_too(git):
    git("checkout", "--quiet", "--detach", "HEAD")
    assert Repository(str(git.folder)).reference(None).commit == git("rev-parse", "HEAD")


def test_a_name_is_resolved_to_its_commit(git):
    git("tag", "--annotate", "v1", "--message", "one", "HEAD~1")
    assert Repository(str(git.folder)).reference("v1").commit == git("rev-parse", "HEAD~1")


def test_an_unknown_name_gets_the_nearest_known_one(git):
    git("branch", "feature")
    error = refused(lambda: Repository(str(git.folder)).reference("featur"))
    assert "did you mean 'feature'?" in error.remedy


def test_a_name_that_looks_like_an_option_is_only_a_name(git):
    error = refused(lambda: Repository(str(git.folder)).reference("--help"))
    assert "there is no commit '--help'" in error.what


def test_a_shallow_clone_gets_told_to_fetch_the_history(git, tmp_path):
    git("checkout", "--quiet", "-b", "change")
    git.commit("third")
    clone = git.clone(tmp_path / "clone", "--depth=1")
    for name in (None, "HEAD~1"):
        error = refused(lambda name=name: Repository(str(clone)).reference(name))
        assert "shallow" in error.what
        assert "fetch-depth: 0" in error.remedy


def test_a_folder_outside_any_repository_is_told_so(tmp_path):
    error = refused(lambda: Repository(str(tmp_path)))
    assert "not in a git repository" in error.what
    assert "--baseline" in error.remedy


def test_a_bare_repository_is_told_so(git, tmp_path):
    clone = git.clone(tmp_path / "bare", "--bare")
    error = refused(lambda: Repository(str(clone)))
    assert "bare" in error.what


@pytest.mark.parametrize("name", [None, "HEAD"])
def test_a_reference_in_a_repository_without_a_commit_is_told_so(tmp_path, name):
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    error = refused(lambda: Repository(str(tmp_path)).reference(name))
    assert "no commit yet" in error.what


def test_a_repository_without_a_commit_is_told_so(tmp_path):
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    error = refused(lambda: Repository(str(tmp_path)).head())
    assert "no commit" in error.what


def test_a_machine_without_git_is_told_so(git, monkeypatch):
    monkeypatch.setenv("PATH", str(git.folder))
    error = refused(lambda: Repository(str(git.folder)))
    assert "not installed" in error.what


def test_a_hook_of_git_measures_its_own_repository(git, tmp_path, monkeypatch):
    other = Git(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other.folder / ".git"))
    assert Repository(str(git.folder)).root == str(git.folder.resolve())


def test_the_second_tree_holds_the_commits_files_and_is_removed(git):
    repository = Repository(str(git.folder))
    with repository.checkout(repository.reference("HEAD~1")) as tree:
        assert (git.folder / "file.txt").read_text() == "second"
        with open(os.path.join(tree, "file.txt")) as file:
            assert file.read() == "first"
    assert not os.path.exists(os.path.dirname(tree))
    assert git("worktree", "list").count("\n") == 0


def test_the_second_tree_is_removed_after_an_error(git):
    repository = Repository(str(git.folder))
    with pytest.raises(KeyboardInterrupt), repository.checkout(repository.reference("HEAD")):
        raise KeyboardInterrupt
    assert git("worktree", "list").count("\n") == 0


def test_a_tree_of_the_users_that_is_away_is_not_forgotten(git, tmp_path):
    git("worktree", "add", "--quiet", "--detach", str(tmp_path / "on a disk"))
    shutil.move(tmp_path / "on a disk", tmp_path / "unplugged")
    repository = Repository(str(git.folder))
    with repository.checkout(repository.reference("main")):
        pass
    assert "on a disk" in git("worktree", "list", "--porcelain")


def test_a_second_tree_that_git_cannot_remove_is_forgotten_all_the_same(git):
    repository = Repository(str(git.folder))
    with repository.checkout(repository.reference("main")) as tree:
        shutil.rmtree(tree)
        git("worktree", "lock", tree)
    assert git("worktree", "list").count("\n") == 0


def test_hooks_of_the_project_do_not_run(git):
    hook = git.folder / ".git" / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {git.folder}/ran\n")
    hook.chmod(0o755)
    repository = Repository(str(git.folder))
    with repository.checkout(repository.reference("HEAD")):
        pass
    assert not (git.folder / "ran").exists()


def test_a_commit_that_cannot_be_written_is_told_where(git):
    repository = Repository(str(git.folder))
    reference = repository.reference("HEAD")
    shutil.rmtree(git.folder / ".git" / "objects")
    error = refused(lambda: repository.checkout(reference).__enter__())
    assert "cannot be checked out" in error.what
    assert "TMPDIR" in error.remedy


def test_what_git_ignores_counts_as_generated(git):
    (git.folder / ".gitignore").write_text("build/\n*.so\n")
    (git.folder / "build").mkdir()
    (git.folder / "build" / "made.py").touch()
    (git.folder / "fast.so").touch()
    (git.folder / "new.py").touch()
    assert set(Repository(str(git.folder)).generated()) == {"build", "fast.so"}
