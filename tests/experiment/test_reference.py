from rtk.experiment.reference import written_out

UP = {"type": "probe", "name": "up", "provider": {"type": "http", "url": "http://shop.example"}}


def test_what_refers_to_nothing_is_itself() -> None:
    assert written_out(UP, {"method": [UP]}) is UP
    lost = {"ref": "gone"}
    assert written_out(lost, {"method": [UP]}) is lost
    assert written_out(lost, {"method": None, "steady-state-hypothesis": []}) is lost


def test_a_reference_is_the_activity_of_that_name_with_what_it_says_itself() -> None:
    assert written_out({"ref": "up", "tolerance": 200}, {"method": [UP]}) == {**UP, "tolerance": 200}


def test_of_two_of_one_name_the_hypothesis_goes_before_the_method() -> None:
    other = {**UP, "provider": {"type": "process", "path": "true"}}
    document = {"method": [other], "steady-state-hypothesis": {"probes": [UP]}}
    assert written_out({"ref": "up"}, document) == UP
