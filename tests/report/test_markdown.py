import re

from hypothesis import given
from hypothesis import strategies as st

from rtk.report.markdown import code, escaped, markdown
from tests.report.samples import Run, a_run


def cells(row: str) -> int:
    return len(re.findall(r"(?<!\\)\|", row)) - 1


def test_it_fits_a_comment(run: Run) -> None:
    text = markdown(*run)
    assert text.count("\n") <= 60
    assert len(text) < 60_000


def test_every_row_has_the_cells_of_its_table(run: Run) -> None:
    width = None
    for line in markdown(*run).splitlines():
        if not line.startswith("|"):
            width = None
            continue
        width = cells(line) if width is None else width
        assert cells(line) == width, line


def test_verdict_figures_and_files_are_told() -> None:
    text = markdown(*a_run("published"))
    assert text.startswith("### ✗ fail: Expect a quick response")
    for told in (
        "at most 92.9 % good",
        "A fail is about this run's own measurements",
        "0.93 % of the budget",
        "Unknown",
        "16",
        "108 such runs",
    ):
        assert told in text
    assert "`./journal.json`" in markdown(*a_run("clean"))


def test_a_failed_rollback_comes_with_its_command() -> None:
    assert "`aws ssm cancel-command --command-id" in markdown(*a_run("not restored"))


def live_markup(text: str) -> str:
    """What is left for a Markdown reader once escapes and code are taken out."""
    return re.sub(r"(`+).*?(?<!`)\1(?!`)", "", re.sub(r"\\(.)", "", text))


def test_markup_in_every_name_is_inert() -> None:
    left = live_markup(markdown(*a_run("hostile")))
    assert "<script" not in left
    assert "](" not in left
    assert "`" not in left
    assert "\x1b" not in left


def test_mentions_and_links_are_inert() -> None:
    told = escaped("ask @someone at https://evil.example or www.evil.example")
    assert "@someone" not in told
    assert "://" not in told
    assert "www.evil" not in told


@given(st.text(alphabet="a|`<>[]*_\\\n ", max_size=100))
def test_escaped_text_is_one_line_without_live_markup(text: str) -> None:
    told = escaped(text)
    assert "\n" not in told
    assert not set(re.sub(r"\\(.)", "", told)) & set("|`<>[]*_\\")


@given(st.text(alphabet="`a \\|", max_size=50))
def test_code_cannot_be_left_by_backticks(text: str) -> None:
    told = code(text)
    fence = re.match("`+", told)
    assert fence is not None
    inner = told[len(fence[0]) : -len(fence[0])]
    assert fence[0] not in re.findall("`+", inner)


def test_a_name_cannot_begin_a_heading_or_a_list_and_figures_stay_as_they_are() -> None:
    assert [escaped(t) for t in ("# x", "- x", "1. x", "2) x", "=====")] == [
        "\\# x",
        "\\- x",
        "1\\. x",
        "2\\) x",
        "\\=====",
    ]
    assert escaped("67.1 % to 93.0 %") == "67.1 % to 93.0 %"
    assert escaped("-5 ms") == "-5 ms"
