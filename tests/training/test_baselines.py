"""Baselines: each is what it says it is, and the battery ranks them as anyone would who heard them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

pytest.importorskip("torch")

import torch
from made import data_folder
from toy import ToyRows

from liveengine.generators import models
from liveengine.generators.codecs.frames import CONDITIONS, FRAMES, PATTERNS, VOICE_COUNT, Frames, condition, framed
from liveengine.generators.drawing import drawn
from liveengine.runtime.inference import Session
from liveengine.training import tasks
from liveengine.training.baseline import READS, Baseline, baselines
from liveengine.training.data.collections import find
from liveengine.training.data.groove_rows import GrooveRows
from liveengine.training.data.prepare import prepare
from liveengine.training.evaluation import battery
from liveengine.training.evaluation import learnt as learning
from liveengine.training.evaluation.baselines import ByPlace
from liveengine.training.evaluation.learnt import Learnt, taught
from liveengine.training.evaluation.markov import BEGIN, BELIEF, SMOOTHING, Markov, Played
from liveengine.training.evaluation.nearest import Nearest, shuffled
from liveengine.training.models.autoregressive import Autoregressive

TOY = ToyRows(64).all


def test_what_is_likely_after_any_two_patterns_sums_to_one() -> None:
    likely = Markov(TOY).likely
    assert likely.shape == (VOICE_COUNT, PATTERNS + 1, PATTERNS + 1, PATTERNS)
    assert (likely > 0).all()
    assert likely.sum(axis=-1) == pytest.approx(1.0)


def test_markov_is_its_slow_twin() -> None:
    frames, chain = framed(TOY["velocity"], TOY["offset"]), Markov(TOY)
    voice, before, last, now = 0, 0, 2, 0
    counts = [np.full(PATTERNS, SMOOTHING), np.zeros(PATTERNS), np.zeros(PATTERNS)]
    for row in frames.pattern[:, :, voice].tolist():
        for a, b, c in zip([BEGIN, BEGIN, *row], [BEGIN, *row], row, strict=False):
            counts[0][c] += 1
            counts[1][c] += b == last
            counts[2][c] += (a, b) == (before, last)
    likely = counts[0][now] / counts[0].sum()
    for seen in counts[1:]:
        likely = (seen[now] + BELIEF * likely) / (seen.sum() + BELIEF)
    assert chain.likely[voice, before, last, now] == pytest.approx(likely)


def test_grooves_of_a_chain_are_as_surprising_to_it_as_those_it_learnt_from() -> None:
    chain = Markov(TOY)
    learnt = chain.bits(framed(TOY["velocity"], TOY["offset"])).mean()
    own = chain.bits(chain.drawn(256, np.random.default_rng(1))).mean()
    assert own == pytest.approx(learnt, rel=0.1)


def test_the_nearest_groove_to_one_of_training_is_itself_and_a_copy() -> None:
    usual = ByPlace(TOY)
    nearest = Nearest(TOY, usual)
    frames = framed(TOY["velocity"], TOY["offset"])
    found = nearest.neighbours(frames, 1)[:, 0]
    assert (frames.pattern[found] == frames.pattern).all()
    copies = nearest.copies(TOY, np.random.default_rng(1))
    assert battery.verbatim(copies, battery.known_patterns(TOY)) == 1.0


def test_what_neighbours_agree_on_is_how_a_hit_is_played() -> None:
    frames = framed(TOY["velocity"], TOY["offset"])
    velocity, offset = Nearest(TOY, ByPlace(TOY)).feel(frames)
    hits = frames.hits > 0
    assert velocity[hits] == pytest.approx(frames.velocity[hits])
    assert offset[hits] == pytest.approx(frames.offset[hits])


@pytest.mark.parametrize("drums_stay", [True, False])
def test_shuffling_keeps_every_hit_as_it_was_played(drums_stay: bool) -> None:
    mixed = shuffled(TOY, np.random.default_rng(1), drums_stay)
    axes = 1 if drums_stay else (1, 2)
    for values in (mixed, TOY):
        assert set(zip(values["velocity"].ravel(), values["offset"].ravel(), strict=True)) == set(
            zip(TOY["velocity"].ravel(), TOY["offset"].ravel(), strict=True)
        )
    assert ((mixed["velocity"] > 0).sum(axis=axes) == (TOY["velocity"] > 0).sum(axis=axes)).all()
    assert (mixed["velocity"] != TOY["velocity"]).any()


# -- those that are learnt -------------------------------------------------

#: More than can be learnt by heart in so few steps.
MANY = ToyRows(512).all
RANKS = tasks.quantiles(MANY)
PLANS = [Baseline(reads, reads, width=16, heads=2, steps=150, batch=16, dropout=0.0, rate=1e-2) for reads in READS]


@pytest.fixture(scope="module", params=PLANS, ids=lambda plan: plan.reads)
def pupil(request) -> Learnt:
    return Learnt(taught(request.param, MANY, RANKS), Played(framed(MANY["velocity"], MANY["offset"])))


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.reads)
def test_what_is_said_of_a_cell_follows_from_those_before_it_alone(plan) -> None:
    torch.manual_seed(1)
    model = Autoregressive(plan).eval()
    pattern, told = torch.randint(PATTERNS, (1, FRAMES, VOICE_COUNT)), torch.zeros(1, len(CONDITIONS))
    frame, voice = 9, 4
    other = pattern.clone()
    other[0, frame, voice] = (pattern[0, frame, voice] + 1) % PATTERNS
    with torch.no_grad():
        same = (model(pattern, told) == model(other, told)).all(dim=-1)[0].flatten()
    place = frame * VOICE_COUNT + voice
    assert same[: place + 1].all()
    assert not same[place + 1 :].any()  # and from all of them


def test_what_was_learnt_is_less_surprising_than_to_a_chain_but_kicks_are_chance(pupil) -> None:
    frames = framed(TOY["velocity"], TOY["offset"])
    kicks = TOY["velocity"][0, ::12, 0].size  # a bit each
    assert kicks < pupil.bits(frames, tasks.plain(TOY, RANKS)).mean() < Markov(TOY).bits(frames).mean()


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.reads)
def test_grooves_are_drawn_as_likely_as_they_are_said_to_be(plan) -> None:
    """Of all cells together: what came, less how likely it was said to be, is nothing but chance."""
    torch.manual_seed(2)
    model, count = Autoregressive(plan).eval(), 256
    told = tasks.plain(ToyRows(count).all, RANKS)
    own = Learnt(model, Played(framed(TOY["velocity"], TOY["offset"]))).drawn(told, np.random.default_rng(1))
    with torch.no_grad():
        pattern = torch.from_numpy(own.pattern.astype(np.int64))
        likely = torch.softmax(model(pattern, torch.from_numpy(told)), dim=-1).numpy()
    away = (np.eye(PATTERNS)[own.pattern] - likely).sum(axis=(0, 1))  # of each voice and pattern
    spread = np.sqrt((likely * (1 - likely)).sum(axis=(0, 1)))
    assert (np.abs(away) < 4.5 * spread).all()
    hits = own.hits > 0
    assert set(own.velocity[hits].tolist()) <= set(TOY["velocity"].ravel().tolist())


def test_the_chances_of_all_patterns_of_a_cell_sum_to_one(pupil) -> None:
    frames, told = framed(TOY["velocity"][:1], TOY["offset"][:1]), tasks.plain(TOY, RANKS)[:1]
    total = 0.0
    for last in range(PATTERNS):
        pattern = frames.pattern.copy()
        pattern[0, -1, -1] = last
        total += 2 ** -float(pupil.bits(frames._replace(pattern=pattern), told)[0])
    pattern = torch.from_numpy(frames.pattern.astype(np.int64))
    with torch.no_grad():
        nats = torch.nn.functional.cross_entropy(
            pupil._model(pattern, torch.from_numpy(told)).flatten(0, 2), pattern.flatten(), reduction="none"
        )
    assert total == pytest.approx(float((-nats[:-1].sum()).exp()), rel=1e-4)


def test_what_is_learnt_follows_from_rows_and_seed_and_is_learnt_once(tmp_path, monkeypatch) -> None:
    plans = [replace(plan, steps=5) for plan in PLANS]
    monkeypatch.setattr(learning, "baselines", lambda: plans)
    frames, told = framed(TOY["velocity"], TOY["offset"]), tasks.plain(TOY, RANKS)

    def surprise(rows: battery.Rows) -> list[list[float]]:
        torch.manual_seed(int(np.random.default_rng().integers(99)))  # whatever chance there was before
        return [each.bits(frames, told).tolist() for each in learning.learnt(rows, RANKS, tmp_path).values()]

    first = surprise(TOY)
    assert [each.bits(frames, told).tolist() for each in learning.learnt(TOY, RANKS).values()] == first
    monkeypatch.setattr(learning, "taught", lambda *_: pytest.fail("learnt twice"))
    assert surprise(TOY) == first
    with pytest.raises(pytest.fail.Exception):
        surprise({**TOY, "fill": ~TOY["fill"]})  # other rows


def test_baselines_that_come_along_can_be_read_and_are_small() -> None:
    plans = baselines()
    assert {plan.name for plan in plans} == {"gru", "transformer"}
    for plan in plans:
        assert sum(weight.numel() for weight in Autoregressive(plan).parameters()) < 120_000
    with pytest.raises(ValueError, match=r'nothing reads as "gro".*"gru"'):
        Baseline("mine", reads="gro")


# -- the ranking -----------------------------------------------------------

RANKING = ("Markov", "shuffled", "random")


def assert_ranked(model: battery.Rows, train: battery.Rows, test: battery.Rows) -> None:
    """Real grooves are more alike to real ones than a model's, and these than the baselines, in their order."""
    every = {"model": model, **battery.baselines(ByPlace(train), train, test, np.arange(384) % len(test["tempo"]))}
    table = battery.likenesses(every, train, test)
    for measure, sign in (("overlap", 1), ("kl", -1)):
        order = [sign * table[name][measure] for name in ("real", "model", *RANKING)]
        assert all(better > worse for better, worse in pairwise(order)), table
    copied = {name: row["verbatim"] for name, row in table.items() if name != "real"}
    assert copied.pop("copy") == 1.0
    assert max(copied.values()) < 0.05, copied


def test_pieces_are_halved_whole() -> None:
    rows = {"piece": np.repeat(np.arange(9), 3)}
    halves = battery.halved(rows)
    assert len(halves) == battery.HALVINGS
    for half in halves:
        by_piece = half.reshape(9, 3)
        assert (by_piece == by_piece[:, :1]).all()
        assert by_piece[:, 0].sum() == 4
    assert len({half.tobytes() for half in halves}) > 1
    assert {half.sum() for half in battery.halved({"piece": np.zeros(5)})} == {2}  # of one piece, rows
    with pytest.raises(ValueError, match="no halves"):
        battery.halved({"piece": np.zeros(1)})


@pytest.fixture(scope="module")
def ask():
    """Return what draws grooves from the model that comes along: (how many, seed, whether with a latent) to rows."""
    pytest.importorskip("onnxruntime")
    session = Session(models.HOME / "groove-nano")

    def draw(count: int, seed: int, latent: bool = True) -> dict[str, np.ndarray]:
        chance = np.random.default_rng(seed)
        told = np.stack([condition({"density": share}, latent=latent) for share in chance.random(count)])
        numbers = chance.standard_normal((count, session.latent)).astype(np.float32) * latent
        frames: Frames = drawn(session.begin(), told, numbers, chance)
        about = {
            "style": np.full(count, -1),
            "fill": np.zeros(count, bool),
            "tempo": np.full(count, 120.0),
            "piece": np.arange(count),
        }
        return {**battery.as_rows(frames), **about}

    return draw


def test_the_battery_ranks_a_truth_that_is_known(ask) -> None:
    """The truth is the model's own music, so that no data is needed; "model" is it without a latent."""
    assert_ranked(ask(384, 3, latent=False), ask(1024, 1), ask(768, 2))


@pytest.mark.timeout(300)
def test_the_battery_ranks_real_drummers_above_the_model_above_the_baselines(ask, tmp_path) -> None:
    prepare(find("gmd"), data_folder("gmd"), tmp_path)
    rows = {split: GrooveRows(tmp_path / "gmd" / split) for split in ("train", "test")}
    train, test = (split.batch(np.arange(len(split))) for split in rows.values())
    assert_ranked(ask(384, 3), train, test)
