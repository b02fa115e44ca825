"""What `chaos verify` is asked for."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rtk.experiment.block import Overrides


@dataclass(frozen=True)
class Options:
    """The command's options as given; times are seconds."""

    source: str = ""
    every: float | None = None
    for_: float | None = None
    warm_up: float | None = None
    cool_down: float | None = None
    target: float | None = None
    quantile: str | None = None
    window: float | None = None
    var: dict[str, Any] | None = None
    var_file: tuple[str, ...] = ()
    journal_path: str = "./journal.json"
    report: tuple[str, ...] = ()
    rollback_strategy: str | None = None
    control_file: tuple[str, ...] = ()
    max_duration: float | None = None
    strict: bool = False
    dry: bool = False
    no_validation: bool = False
    no_verify_tls: bool = False
    settings_path: str | None = None
    verbose: bool = False
    log_format: str | None = None
    no_publish: bool = False
    wait_publish: float | None = None
    acts_on: str | None = None
    outage_lasts: float | None = None
    occurs: str | None = None
    strict_cost: bool = False
    require_baseline: bool = False
    stop_when: str | None = None
    wait: float | None = None
    alongside: bool = False
    yes: bool = False

    def overrides(self) -> Overrides:
        """What the options say of the plan."""
        return Overrides(
            every_s=self.every,
            for_s=self.for_,
            warm_up_s=self.warm_up,
            cool_down_s=self.cool_down,
            target=self.target,
            quantile=self.quantile,
            window_s=self.window,
            acts_on=self.acts_on,
            outage_lasts_s=self.outage_lasts,
            occurs=self.occurs,
            strict_cost=self.strict_cost,
            require_baseline=self.require_baseline,
            decided=self.stop_when is not None,
        )

    def beside(self) -> tuple[Path, ...]:
        """Where modules of one's own may lie: beside the file, and where one is."""
        return tuple(dict.fromkeys((Path(self.source).absolute().parent, Path.cwd())))
