"""Mappings: a pad, knob or key does what its file says, garbage does nothing, every mistake is told."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liveengine.engine.mapping import KEY_NAMES, Action, Binding, load_mapping, resolve_mapping, translate
from liveengine.engine.parameters import TABLE, find
from liveengine.engine.problems import FileError
from liveengine.engine.tomlfile import shipped

DOCS = Path(__file__).parents[2] / "docs"
EVERY_KIND = """
ports = ["nanoPAD*", "LPD8"]
[[pad]]
note = 36
do = "/track/1/reroll"
[[pad]]
note = 37
channel = 10
do = "/track/bass/mute"
[[pad]]
note = 37
channel = 11
do = "/track/bass/mute"
value = true
[[pad]]
note = 38
do = "/transport/nudge"
value = -1.0
[[pad]]
note = 39
do = "/scene/launch"
value = 3
[[pad]]
note = 40
do = "/track/1/density"
add = -0.1
[[knob]]
cc = 20
do = "/track/1/density"
[[knob]]
cc = 21
do = "/transport/tempo"
low = 140
high = 100
[[knob]]
cc = 22
do = "/track/1/fill"
[[knob]]
cc = 23
do = "/track/1/mute"
[[key]]
key = "space"
do = "/transport/play"
[[key]]
key = "+"
do = "/transport/tempo"
add = 1.0
"""


@pytest.fixture(scope="module")
def load(tmp_path_factory):
    path = tmp_path_factory.mktemp("mappings") / "pads.toml"

    def read(text):
        path.write_text(text, encoding="utf-8")
        return load_mapping(path)

    return read


@pytest.fixture(scope="module")
def problems(load):
    def told(text):
        with pytest.raises(FileError) as caught:
            load(text)
        return [line.split("pads.toml: ", 1)[1] for line in caught.value.problems]

    return told


@pytest.fixture(scope="module")
def pads(load):
    return load(EVERY_KIND)


# -- what a press does -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "asked"),
    [
        ((0x90, 36, 100), [Action("/track/1/reroll")]),
        ((0x9F, 36, 1), [Action("/track/1/reroll")]),
        ((0x90, 36, 0), []),
        ((0x80, 36, 64), []),
        ((0x99, 37, 100), [Action("/track/bass/mute")]),
        ((0x9A, 37, 100), [Action("/track/bass/mute", value=True)]),
        ((0x9B, 37, 100), []),
        ((0x90, 38, 100), [Action("/transport/nudge", value=-1.0)]),
        ((0x90, 38, 0), [Action("/transport/nudge", value=0.0, pressed=False)]),
        ((0x80, 38, 64), [Action("/transport/nudge", value=0.0, pressed=False)]),
        ((0x90, 39, 100), [Action("/scene/launch", value=3)]),
        ((0x90, 40, 100), [Action("/track/1/density", add=-0.1)]),
        ((0xB0, 20, 0), [Action("/track/1/density", value=0.0)]),
        ((0xB0, 20, 64), [Action("/track/1/density", value=0.5)]),
        ((0xB5, 20, 127), [Action("/track/1/density", value=1.0)]),
        ((0xB0, 21, 0), [Action("/transport/tempo", value=140.0)]),
        ((0xB0, 21, 64), [Action("/transport/tempo", value=120.0)]),
        ((0xB0, 21, 127), [Action("/transport/tempo", value=100.0)]),
        ((0xB0, 22, 127), [Action("/track/1/fill")]),
        ((0xB0, 22, 0), []),
        ((0xB0, 23, 127), [Action("/track/1/mute", value=True)]),
        ((0xB0, 23, 0), [Action("/track/1/mute", value=False)]),
        ((0xB0, 36, 127), []),
        ((0x90, 20, 127), []),
        ((0xE0, 36, 100), []),
        ((0xC0, 36), []),
        ((0xF8,), []),
        ((), []),
    ],
)
def test_a_midi_message_asks_for_what_its_binding_says(pads, received, asked):
    assert translate(pads, bytes(received)) == asked


def test_a_key_asks_for_what_its_binding_says(pads):
    assert translate(pads, "space") == [Action("/transport/play")]
    assert translate(pads, "+") == [Action("/transport/tempo", add=1.0)]
    assert translate(pads, "36") == translate(pads, "") == translate(pads, " ") == []


@given(received=st.one_of(st.binary(max_size=5), st.text(max_size=3)))
def test_f5_garbage_asks_for_nothing_that_is_not_bound(pads, received):
    addresses = {binding.address for binding in pads.bindings}
    for action in translate(pads, received):
        assert action.address in addresses


@pytest.mark.parametrize("name", sorted(shipped("mappings")))
def test_whatever_a_shipped_mapping_asks_for_its_parameter_takes(name):
    mapping = load_mapping(resolve_mapping(name))
    messages = [
        bytes((status, number, value))
        for status in (0x80, 0x90, 0xB0)
        for number in range(128)
        for value in (0, 1, 64, 127)
    ]
    asked = [
        action
        for received in (*messages, *KEY_NAMES, *map(chr, range(33, 127)))
        for action in translate(mapping, received)
    ]
    assert {action.address for action in asked} == {binding.address for binding in mapping.bindings}
    for action in asked:
        parameter = find(action.address).parameter
        if action.value is not None:
            assert parameter.accept(action.value) == action.value
        elif action.add is not None:
            assert parameter.kind in ("float", "int")
        else:
            assert parameter.kind in ("trigger", "toggle")


def test_a_held_pad_that_is_let_go_leaves_the_beat_alone():
    mapping = load_mapping(resolve_mapping("generic_pads"))
    for note, push in ((50, -1.0), (51, 1.0)):
        down, up = (translate(mapping, bytes((0x90, note, velocity))) for velocity in (100, 0))
        assert [action.value for action in down + up] == [push, 0.0]


def test_the_keyboard_is_not_heard_on_midi_and_leaves_escape_alone():
    mapping = load_mapping(resolve_mapping("keyboard"))
    assert not mapping.hears("anything")
    assert translate(mapping, "escape") == []
    assert translate(mapping, "q") == [Action("/track/1/mute")]


@pytest.mark.parametrize(
    ("port", "heard"),
    [("nanoPAD2 28:0", True), ("NANOPAD", True), ("LPD8", True), ("my LPD8", False), ("", False)],
)
def test_a_mapping_listens_to_the_inputs_that_its_patterns_name(pads, port, heard):
    assert pads.hears(port) is heard


def test_a_mapping_without_ports_listens_to_all(load):
    mapping = load("")
    assert mapping.hears("anything")
    assert (mapping.title, mapping.bindings) == ("pads", ())


# -- reading ------------------------------------------------------------------------------------------


def test_a_list_of_bindings_reads_as_the_same_tables_do(load):
    short = load('knob = [ { cc = 1, do = "/track/1/pan" }, { cc = 2, do = "/track/2/pan" } ]')
    long = load('[[knob]]\ncc = 1\ndo = "/track/1/pan"\n[[knob]]\ncc = 2\ndo = "/track/2/pan"')
    assert short == long
    assert short.bindings[0] == Binding("cc", 1, "/track/1/pan", low=-1.0, high=1.0)


MISTAKES = [
    ('[[pad]]\ndo = "/panic"', ['pad 1, key "note": is missing']),
    ("[[pad]]\nnote = 36", ['pad 36, key "do": is missing']),
    ('[[pad]]\nnote = 128\ndo = "/panic"', ['pad 1, key "note": 128 is outside 0–127']),
    (
        '[[knob]]\nnote = 1\ndo = "/track/1/pan"',
        ['knob 1, key "cc": is missing', 'knob 1, key "note": no such key'],
    ),
    (
        '[[pad]]\nnote = 36\ndo = "/track/1/rerol"',
        ['pad 36, key "do": no address "/track/1/rerol" (did you mean "/track/1/reroll"?)'],
    ),
    (
        '[[pad]]\nnote = 36\ndo = "/track/17/mute"',
        ['pad 36, key "do": no track "17" (tracks are numbered 1–16'],
    ),
    ('[[pad]]\nnote = 36\ndo = "/pong"', ['pad 36, key "do": "/pong" can be read, not set']),
    ('[[pad]]\nnote = 36\ndo = "/panic"\nchannel = 0', ['pad 36, key "channel": 0 is outside 1–16']),
    (
        '[[pad]]\nnote = 36\ndo = "/track/1/density"',
        ['pad 36, key "value": is missing (or add, for a step up or down)'],
    ),
    (
        '[[pad]]\nnote = 36\ndo = "/track/1/density"\nvalue = 2',
        ['pad 36, key "value": 2 is outside 0–1'],
    ),
    (
        '[[pad]]\nnote = 36\ndo = "/transport/tempo"\nvalue = 120\nadd = 1',
        ['pad 36, key "add": cannot stand beside value'],
    ),
    ('[[pad]]\nnote = 36\ndo = "/scene/launch"', ['pad 36, key "value": is missing']),
    (
        '[[pad]]\nnote = 36\ndo = "/scene/launch"\nvalue = 1.5',
        ['pad 36, key "value": 1.5 is not a whole number'],
    ),
    (
        '[[pad]]\nnote = 36\ndo = "/track/1/mute"\nvalue = 2',
        ['pad 36, key "value": 2 is neither true nor false'],
    ),
    ('[[pad]]\nnote = 36\ndo = "/panic"\nvalu = 1', ['pad 36, key "valu": no such key']),
    ('[[knob]]\ncc = 1\ndo = "/transport/tempo"\nlow = 10', ['knob 1, key "low": 10 is outside 20–400 BPM']),
    ('[[key]]\nkey = "spcae"\ndo = "/panic"', ['key 1, key "key": "spcae" is neither one sign nor a key']),
    ('[[key]]\nkey = " "\ndo = "/panic"', ['key 1, key "key": " " is neither one sign']),
    ('[[key]]\nkey = "z"\ndo = "/transport/nudge"\nvalue = 1', ['key "z", key "do": needs a pad']),
    ('[[key]]\nkey = "z"\nchannel = 1\ndo = "/panic"', ['key "z", key "channel": no such key']),
    ("[[pda]]\nnote = 36", ['key "pda": no such key (did you mean "pad"?)']),
    ("pad = 36", ['key "pad": is not a list of tables (write each of them under [[pad]])']),
    ("[[pad]\nnote = 36", ["line 1, column 6: "]),
]


@pytest.mark.parametrize(("text", "told"), MISTAKES)
def test_f3_every_mistake_is_told_where_it_stands(problems, text, told):
    found = problems(text)
    assert len(found) == len(told), found
    for line, start in zip(found, told, strict=True):
        assert line.startswith(start)


def test_a_misspelt_key_name_names_the_nearest(problems):
    assert problems('[[key]]\nkey = "spcae"\ndo = "/panic"')[0].endswith('(did you mean "space"?)')


PANIC = 'do = "/panic"\n'


@pytest.mark.parametrize(
    ("first", "second", "clashes"),
    [
        ("[[pad]]\nnote = 36\n", "[[pad]]\nnote = 36\n", True),
        ("[[pad]]\nnote = 36\n", "[[pad]]\nnote = 36\nchannel = 2\n", True),
        ("[[pad]]\nnote = 36\nchannel = 1\n", "[[pad]]\nnote = 36\nchannel = 2\n", False),
        ("[[pad]]\nnote = 36\n", "[[pad]]\nnote = 37\n", False),
        ("[[pad]]\nnote = 36\n", "[[knob]]\ncc = 36\n", False),
        ('[[key]]\nkey = "q"\n', '[[key]]\nkey = "q"\n', True),
        ('[[key]]\nkey = "q"\n', '[[key]]\nkey = "Q"\n', False),
    ],
)
def test_a_pad_cannot_be_bound_twice(load, problems, first, second, clashes):
    text = first + PANIC + second + PANIC
    if clashes:
        (told,) = problems(text)
        assert told.endswith("is bound already, to /panic")
    else:
        assert len(load(text).bindings) == 2


@pytest.mark.parametrize("parameter", TABLE, ids=lambda parameter: parameter.address)
def test_every_parameter_that_can_be_set_can_be_bound_to_a_knob(load, parameter):
    text = f'[[knob]]\ncc = 1\ndo = "{parameter.at(1)}"'
    if parameter.read_only or parameter.kind == "text":
        with pytest.raises(FileError):
            load(text)
    else:
        (action,) = translate(load(text), bytes((0xB0, 1, 127)))
        assert parameter.accept(action.value) in (parameter.high, True, *parameter.words[-1:])


def test_a_pad_loads_a_patch_by_its_name(load):
    (action,) = translate(load('[[pad]]\nnote = 40\ndo = "/patch/load"\nvalue = "techno"'), bytes((0x90, 40, 1)))
    assert (action.address, action.value) == ("/patch/load", "techno")


values = st.one_of(
    st.integers().map(str),
    st.floats().map(repr),
    st.sampled_from(
        [
            "true",
            '"x"',
            '""',
            "[]",
            "{}",
            '"/panic"',
            '"/track/1/pan"',
            '"/scene/launch"',
            "36",
            "1.0",
            "0x" + "f" * 300,
        ]
    ),
)
KEYS = ["note", "cc", "key", "do", "value", "add", "channel", "low", "high", "what"]


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    tables=st.lists(
        st.tuples(st.sampled_from(["pad", "knob", "key"]), st.dictionaries(st.sampled_from(KEYS), values)),
        max_size=4,
    )
)
def test_f5_garbage_values_are_refused_and_nothing_worse(load, tables):
    lines = [f"[[{name}]]\n" + "\n".join(f"{key} = {value}" for key, value in table.items()) for name, table in tables]
    try:
        mapping = load("\n".join(lines))
    except FileError as error:
        assert str(error).splitlines() == list(error.problems)
        return
    for binding in mapping.bindings:
        assert find(binding.address)


def test_f5_a_huge_mapping_is_refused_before_long(load):
    before = time.process_time()
    with pytest.raises(FileError):
        load('[[pad]]\nnote=1\ndo="/panic"\n' * 8000)
    # Comparing each with each took minutes.
    assert time.process_time() - before < 20.0


# -- the page -----------------------------------------------------------------------------------------


def test_the_examples_on_the_page_load(load):
    examples = re.findall(r"```toml\n(.*?)```", (DOCS / "mappings.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(examples) >= 2
    for example in examples:
        assert load(example).bindings


def test_the_page_names_every_key_that_has_a_name():
    text = (DOCS / "mappings.md").read_text(encoding="utf-8")
    for name in KEY_NAMES:
        assert f"`{name}`" in text


@pytest.mark.parametrize("name", ["keybaord", "mappings/none.toml"])
def test_a_mapping_that_is_not_there_is_told_with_what_there_is(name):
    with pytest.raises(FileError, match=r"nor one in mappings.*keyboard"):
        resolve_mapping(name)
