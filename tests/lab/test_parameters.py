"""Values of a document's parameters: which are taken, and how they are put in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtk.lab.parameters import Parameter, filled, settle
from rtk.lab.refusals import Refusal


@pytest.mark.parametrize(
    ("parameter", "good", "bad"),
    [
        (Parameter("p", "String", allowed_values=("a", "b")), ["a"], ["c"]),
        (Parameter("p", "String", allowed_pattern="[0-9]+"), ["12"], ["12x"]),
        (Parameter("p", "String", allowed_pattern="^[0-9]+$"), ["12"], ["12\n"]),
        (Parameter("p", "String", bounds={"minChars": 2, "maxChars": 3}), ["ab"], ["a"]),
        (Parameter("p", "String", bounds={"maxChars": 3}), ["abc"], ["abcd"]),
        (Parameter("p", "StringList", bounds={"minItems": 2}), ["a", "b"], ["a"]),
        (Parameter("p", "StringList", bounds={"maxItems": 1}), ["a"], ["a", "b"]),
        (Parameter("p", "String"), ["one"], ["one", "two"]),
        (Parameter("p", "Boolean"), ["true"], ["perhaps"]),
        (Parameter("p", "Integer"), ["-3"], ["3.5"]),
        (Parameter("p", "StringMap"), ['{"a": "b"}'], ["{a}"]),
    ],
)
def test_a_parameter_takes_what_it_allows_and_nothing_else(
    parameter: Parameter, good: list[str], bad: list[str]
) -> None:
    assert settle({"p": parameter}, {"p": good})["p"] in (good, good[0])
    with pytest.raises(Refusal) as refused:
        settle({"p": parameter}, {"p": bad})
    assert refused.value.code == "InvalidParameters"


def test_a_default_stands_in_and_is_itself_checked() -> None:
    assert settle({"p": Parameter("p", "String", default=5)}, {}) == {"p": "5"}
    assert settle({"p": Parameter("p", "StringList", default=["a", 2])}, {}) == {"p": ["a", "2"]}
    with pytest.raises(Refusal, match="no default"):
        settle({"p": Parameter("p", "String")}, {})


def test_a_list_spreads_where_it_stands_alone_and_joins_within_words() -> None:
    values = {"many": ["a", "b"], "one": "x"}
    assert filled(["{{ many }}", "{{one}} {{ many }}", "{{ .Go }}"], values) == ["a", "b", "x a b", "{{ .Go }}"]
    assert filled({"inner": {"deep": "{{ one }}"}, "number": 3}, values) == {"inner": {"deep": "x"}, "number": 3}


@given(st.text())
def test_a_value_is_put_in_once_and_never_looked_into(value: str) -> None:
    assert filled("<{{ p }}>", {"p": value}) == f"<{value}>"
