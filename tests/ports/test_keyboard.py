"""The computer's keyboard: every key whole, whatever the terminal sends, and a terminal that is left as it was."""

from __future__ import annotations

import os
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.engine.mapping import KEY_NAMES
from liveengine.ports.keyboard import open_keyboard, split_keys

termios = pytest.importorskip("termios", reason="this machine has no terminals")

PATIENCE_S = 10.0
ARROWS = {"up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D"}
SIGNS = {"space": " ", "enter": "\r", "tab": "\t", **ARROWS}
NAMELESS = {
    "F1": "\x1bOP", "F5": "\x1b[15~", "Delete": "\x1b[3~", "Home": "\x1b[H", "Ctrl-Up": "\x1b[1;5A",
    "Alt-q": "\x1bq", "Alt-[": "\x1b[", "Alt-Up": "\x1b\x1b[A", "Shift-Tab": "\x1b[Z", "Ctrl-A": "\x01",
}  # fmt: skip

plain_signs = st.characters(codec="utf-8", categories=("L", "N", "P", "S"))


@given(st.lists(st.sampled_from(sorted(SIGNS)) | plain_signs, max_size=40))
def test_keys_struck_together_come_apart_in_order(keys):
    assert split_keys("".join(SIGNS.get(key, key) for key in keys)) == keys


@given(st.text(st.characters(max_codepoint=127), max_size=200))
def test_f5_whatever_is_pasted_gives_signs_and_names_alone(text):
    for key in split_keys(text):
        assert key in KEY_NAMES or key in "\x03\x04" or (len(key) == 1 and key.isprintable())


@given(st.text(st.characters(exclude_characters="\x1b"), max_size=200))
def test_pasted_text_is_never_the_escape_that_ends_a_set(text):
    assert "escape" not in split_keys(text)


@pytest.mark.parametrize("name", sorted(NAMELESS))
def test_a_key_without_a_name_is_left_out_whole(name):
    keys = split_keys("a" + NAMELESS[name] + ("\x01" if name == "Alt-[" else "") + "b")
    assert keys == ["a", "b"]


def test_escape_is_a_key():
    assert split_keys("\x1b") == ["escape"]
    assert split_keys("\x1b\x1b") == ["escape", "escape"]
    assert split_keys("q\x1b") == ["q", "escape"]


@pytest.fixture
def terminal(monkeypatch):
    """A real terminal of our own on standard input: what is written to it is typed."""
    typed, stdin_fd = os.openpty()
    stdin = os.fdopen(stdin_fd, "r")
    monkeypatch.setattr(sys, "stdin", stdin)
    yield typed
    stdin.close()
    os.close(typed)


def test_keys_come_without_enter_and_the_terminal_is_left_as_it_was(terminal):
    before = termios.tcgetattr(sys.stdin)
    with open_keyboard() as keyboard:
        assert termios.tcgetattr(sys.stdin) != before
        os.write(terminal, b"q \x1b[A")
        keys = []
        while len(keys) < 3:
            keys += keyboard.read(PATIENCE_S)
        assert keys == ["q", "space", "up"]
        assert keyboard.read(0.0) == []
    assert termios.tcgetattr(sys.stdin) == before


def test_the_terminal_is_left_as_it_was_after_an_error(terminal):
    before = termios.tcgetattr(sys.stdin)
    with pytest.raises(RuntimeError), open_keyboard():
        raise RuntimeError
    assert termios.tcgetattr(sys.stdin) == before


def test_an_arrow_that_is_held_down_never_falls_apart_into_an_escape(terminal):
    with open_keyboard() as keyboard:
        os.write(terminal, b"\x1b[A" * 1000)
        keys = []
        while len(keys) < 1000:
            keys += keyboard.read(PATIENCE_S)
    assert set(keys) == {"up"}


def test_a_sign_of_several_bytes_that_comes_in_pieces_is_one_key(terminal):
    with open_keyboard() as keyboard:
        os.write(terminal, "é".encode()[:1])
        assert keyboard.read(PATIENCE_S) == []
        os.write(terminal, "é".encode()[1:])
        assert keyboard.read(PATIENCE_S) == ["é"]


def test_a_terminal_that_goes_away_gives_no_keys_and_no_error(monkeypatch):
    typed, stdin_fd = os.openpty()
    with os.fdopen(stdin_fd, "r") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        with open_keyboard() as keyboard:
            os.close(typed)
            assert keyboard.read(0.01) == []


def test_no_keyboard_where_it_is_not_wanted_or_there_is_no_terminal(terminal, monkeypatch):
    with open_keyboard(wanted=False) as keyboard:
        assert keyboard is None
    with open(os.devnull) as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        with open_keyboard() as keyboard:
            assert keyboard is None
