import re
import time
from html.parser import HTMLParser

import pytest

from rtk.report.html import MOST_ROWS, html
from rtk.report.style import STYLE
from tests.report.samples import HOSTILE, Run, a_run

VOID = {"meta", "br"}
LOADING = {"src", "href", "srcset", "data", "action", "poster", "background", "formaction", "xlink:href"}


class Page(HTMLParser):
    """Collects tags, attributes and text, and checks that elements close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data + " "


TEXTS: dict[int, str] = {}


def written(run: Run) -> str:
    """The page of a run, written once."""
    key = id(run[1])  # the samples are kept for good, so no other run gets this one's id
    if key not in TEXTS:
        TEXTS[key] = html(*run)
    return TEXTS[key]


def page(run: Run) -> Page:
    parser = Page()
    parser.feed(written(run))
    parser.close()
    return parser


def test_every_page_closes_its_elements_and_stays_below_a_megabyte(run: Run) -> None:
    assert page(run).open == []
    assert len(written(run).encode()) < 1_000_000


def test_nothing_external_is_referenced_and_nothing_runs(run: Run) -> None:
    found = page(run)
    assert not {"script", "link", "iframe", "img", "object", "embed", "base", "form"} & set(found.tags)
    assert not [name for name, _ in found.attributes if name in LOADING or name.startswith("on")]
    assert "url(" not in STYLE.replace("url(#", "")
    assert "@import" not in STYLE
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert ("content", policy) in found.attributes


def test_the_head_line_the_figures_and_the_files_are_on_the_page() -> None:
    found = page(a_run("published"))
    insight, _ = a_run("published")
    words = " ".join(found.text.replace("\u00a0", " ").split())
    for told in (
        insight.headline,
        insight.why,
        "fail",
        "66.7 %",
        "0.93 %",
        "59.9 %",
        "108 such runs",
    ):
        assert told in words
    assert "./journal.json" in page(a_run("clean")).text


def test_markup_in_every_name_is_inert() -> None:
    text = written(a_run("hostile"))
    assert "<script" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert HOSTILE not in text
    assert "&lt;script&gt;" in text


def test_headings_and_ids_are_in_order() -> None:
    found = page(a_run("deviating"))
    levels = [int(tag[1]) for tag in found.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert set(levels[1:]) == {2}
    ids = [value for name, value in found.attributes if name == "id"]
    assert len(ids) == len(set(ids))


def test_every_term_comes_before_what_it_means() -> None:
    groups = re.findall(r"<div>(<d[td].*?)</div>", written(a_run("deviating")), re.DOTALL)
    assert len(groups) == 11
    assert all(group.startswith("<dt>") and group.count("<dt>") == 1 for group in groups)


def test_a_page_without_measurements_says_so() -> None:
    found = page(a_run("nothing"))
    assert "nothing is judged" in found.text
    assert "Bring the service into its steady state" in found.text
    assert "no data" not in found.text, "one cause and one next step, and no figure that there is not"


def test_the_table_of_measurements_says_what_it_leaves_out_and_keeps_every_deviation() -> None:
    text = written(a_run("long"))
    assert f"{MOST_ROWS} are shown" in text
    assert "99,500 are left out" in text
    assert text.count("◆ deviated</td>") == 9
    assert text.count("○ not measured</td>") == 17


def test_a_failed_rollback_is_an_alarm_with_the_command_to_run() -> None:
    text = written(a_run("not restored"))
    assert 'role="alert"' in text
    assert "aws ssm cancel-command --command-id" in text
    assert 'role="alert"' not in written(a_run("clean"))


def test_the_verdict_is_a_word_and_a_symbol_besides_its_colour() -> None:
    words = {"long": ("pass", "✓"), "published": ("fail", "✗"), "clean": ("inconclusive", "?")}
    words["invalid"] = ("invalid", "∅")
    for name, (word, symbol) in words.items():
        badge = re.search(r'<p class="badge">(.*?)</p>', written(a_run(name)))
        assert badge is not None
        assert word in badge[1]
        assert symbol in badge[1]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1])
def test_every_text_colour_has_the_contrast_that_wcag_asks_for(scheme: int) -> None:
    palettes = re.findall(r":root\{([^}]*)\}", STYLE)
    colours = dict(re.findall(r"--(\w+):(#[0-9a-f]{3,6})", palettes[scheme]))
    full = {n: c if len(c) == 7 else "#" + "".join(d * 2 for d in c[1:]) for n, c in colours.items()}
    for name in ("ink", "soft", "accent", "good", "bad", "unsure", "broken", "quiet"):
        for ground in ("paper", "panel"):
            assert contrast(full[name], full[ground]) >= 4.5, (name, ground)
    assert contrast(full["ink"], full["rule"]) >= 4.5


def test_a_long_run_is_drawn_in_seconds() -> None:
    run = a_run("long")
    began = time.perf_counter()
    html(*run)
    assert time.perf_counter() - began < 20
