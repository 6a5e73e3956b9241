import json


def levels_of(folder, name):
    ran = folder.run(
        "bench", "--guide", "--select", name, "--levels", "0,1", "--budget", "0.3",
        "--format", "json",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    (report,) = json.loads(ran.out)["reports"]
    return report["levels"]


def test_uploads_are_measured_again_and_again_since_the_service_is_reset(folder):
    plain, threads = levels_of(folder, "upload")
    assert len(plain["samples_s"]) > 1
    assert (threads["status"], threads["equality"]["verdict"]) == ("measured", "identical")


def test_files_in_a_temporary_folder_are_read_and_removed(folder):
    _, threads = levels_of(folder, "records")
    assert (threads["status"], threads["equality"]["verdict"]) == ("measured", "identical")
