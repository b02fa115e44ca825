"""What a run hands over to whoever undoes it: all of it as it is now, and what cannot be handed over is named."""

import logging
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from rtk.verify.estate import Estate, Packing, received
from rtk.verify.guardian_process import KEEP, NEWS, message
from rtk.verify.record import line_of
from rtk.verify.toolkit import Toolkit
from tests.verify.world import action, experiment


class Unwilling:
    """A value that does not want to be pickled, as clients of services do not."""

    def __reduce__(self) -> Any:
        raise TypeError("no")


def toolkit(**more: Any) -> Toolkit:
    document = experiment(configuration={"host": "a.example"}, secrets={"web": {"token": "hunter22"}}, **more)
    return Toolkit(document, {"auths": {}})


def over(packing: Packing, *news: dict[str, Any]) -> Estate:
    lines = b"".join(message(NEWS, line_of(entry)) for entry in news)
    return received(message(KEEP, packing()) + lines)


def test_configuration_secrets_and_settings_come_over_with_the_experiment() -> None:
    run = toolkit()
    estate = over(Packing(run, {"url": "http://c"}), {"n": 0, "t": 0.0, "kind": "run"})
    again = estate.toolkit()
    assert (again.configuration, again.secrets) == (run.configuration, run.secrets)
    assert (again.document, again.experiment, again.settings) == (run.document, run.experiment, run.settings)
    assert (estate.publish, estate.path) == ({"url": "http://c"}, sys.path)
    assert [entry["kind"] for entry in estate.news] == ["run"]


def test_what_controls_changed_comes_over() -> None:
    run = toolkit(rollbacks=[action("first"), action("second")])
    packing = Packing(run, None)
    before = packing()
    run.configuration["host"] = "b.example"
    run.secrets["web"]["token"] = "correct horse"
    run.experiment["rollbacks"][1]["provider"]["arguments"]["name"] = "changed"
    assert packing() != before
    again = over(packing).toolkit()
    assert again.configuration == {"host": "b.example"}
    assert again.secrets == {"web": {"token": "correct horse"}}
    assert again.experiment["rollbacks"][1]["provider"]["arguments"]["name"] == "changed"
    assert again.document["rollbacks"][1]["provider"]["arguments"]["name"] == "second"


def test_an_unchanged_estate_is_the_same_text() -> None:
    packing = Packing(toolkit(), None)
    assert packing() == packing()


def test_rollbacks_keep_the_numbers_they_had_although_a_control_added_some() -> None:
    run = toolkit(rollbacks=[action("first"), action("second")])
    rollbacks = run.experiment["rollbacks"]
    rollbacks.insert(1, action("again"))
    assert [run.numbers["rollbacks"].take(each) for each in rollbacks[:2]] == [0, 2]
    again = over(Packing(run, None)).toolkit()
    numbers = [again.numbers["rollbacks"].take(each) for each in again.experiment["rollbacks"]]
    assert numbers == [0, 2, 1]


def test_what_cannot_be_handed_over_is_named_once_and_the_rest_comes_over(caplog: pytest.LogCaptureFixture) -> None:
    run = toolkit()
    run.configuration |= {"client": Unwilling(), "deep": {"lock": threading.Lock(), "kept": [1, Unwilling()]}}
    run.settings["hook"] = lambda: None
    run.experiment["rollbacks"][0]["provider"]["arguments"]["extra"] = Unwilling()
    packing = Packing(run, None)
    with caplog.at_level(logging.WARNING, "chaostoolkit"):
        packing()
        estate = over(packing)
    again = estate.toolkit()
    told = [record.getMessage() for record in caplog.records]
    for name in ("configuration.client", "configuration.deep.lock", "settings.hook", "configuration.deep.kept[1]"):
        assert sum(name in text for text in told) == 1, name
        assert sum(name in text for text in estate.lost) == 1, name
    assert any("experiment.rollbacks[0].provider.arguments.extra" in text for text in told)
    assert again.configuration["deep"] == {"kept": [1, None]}
    assert again.configuration["host"] == "a.example"
    assert again.experiment["rollbacks"][0]["name"] == "unburn"
    assert not any("hunter22" in text for text in told)


def test_a_value_that_contains_itself_ends_nothing() -> None:
    run = toolkit()
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    run.configuration["deep"] = deep
    assert over(Packing(run, None)).toolkit().configuration["host"] == "a.example"


def test_a_change_in_the_midst_of_packing_is_packed_the_next_time() -> None:
    class Changing(dict[str, Any]):
        left = 5

        def __reduce__(self) -> Any:
            type(self).left -= 1
            if self.left >= 0:
                raise RuntimeError("dictionary changed size during iteration")
            return super().__reduce_ex__(2)

    run = toolkit()
    packing = Packing(run, None)
    first = packing()
    run.settings["changing"] = Changing()
    assert packing() == first
    run.settings["changing"] = {"done": True}
    assert over(packing).toolkit().settings["changing"] == {"done": True}


def test_a_class_that_only_the_run_finds_is_named_by_who_opens_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "classes_of_a_run.py").write_text("class Value:\n    pass\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    import classes_of_a_run  # type: ignore[import-not-found]

    run = toolkit()
    run.configuration["value"] = classes_of_a_run.Value()
    data = message(KEEP, Packing(run, None)())
    monkeypatch.undo()
    sys.modules.pop("classes_of_a_run")
    estate = received(data)
    assert estate.toolkit().configuration == {"host": "a.example"}
    assert estate.lost == ["configuration.value (ModuleNotFoundError)"]
    assert str(tmp_path) in estate.path


def test_nothing_but_news_is_no_experiment() -> None:
    estate = received(message(NEWS, line_of({"n": 0, "t": 0.0, "kind": "run"})))
    assert not estate.is_there
    assert not received(b"").news
