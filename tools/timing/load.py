"""The load: what keeps a musician's computer busy while it plays.

Two busy pure-Python threads and an onnxruntime inference loop in the process that plays, and a storm of
1,000 OSC messages a second from a process of its own.

    python -m timing.load storm PORT    send the storm until standard input closes
    python -m timing.load alone         be loaded, without playing, until standard input closes
"""

from __future__ import annotations

import queue
import socket
import subprocess
import sys
import threading
import time
from types import TracebackType
from typing import Any

import numpy as np
from pythonosc.osc_message_builder import build_msg

from liveengine.engine.events import Asked
from liveengine.ports.osc import OscServer
from timing.ending import input_closed

MESSAGES_PER_S = 1000
BUSY_THREADS = 2
#: A model the size of a small drum proposer: eight layers of 256.
WIDTH, LAYERS, BATCH = 256, 8, 16


def _model() -> bytes:
    """Make the bytes of a small ONNX model: one dense layer upon another."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    dice = np.random.default_rng(1)
    weights = [dice.standard_normal((WIDTH, WIDTH), np.float32) / 16 for _ in range(LAYERS)]
    nodes = []
    for layer in range(LAYERS):
        nodes.append(helper.make_node("MatMul", [f"x{layer}", f"w{layer}"], [f"y{layer}"]))
        nodes.append(helper.make_node("Tanh", [f"y{layer}"], [f"x{layer + 1}"]))
    shape = (BATCH, WIDTH)
    graph = helper.make_graph(
        nodes,
        "load",
        [helper.make_tensor_value_info("x0", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(f"x{LAYERS}", TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(weight, f"w{layer}") for layer, weight in enumerate(weights)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(onnx.ModelProto.SerializeToString(model))


def _session() -> Any:
    """Return an inference session, or None where the `bench` extra is not installed."""
    try:
        import onnxruntime
    except ImportError:
        return None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(_model(), options, providers=["CPUExecutionProvider"])


class Load:
    """The load on this process, from `with` to its end; the storm goes to `osc_port`."""

    def __init__(self, osc_port: int) -> None:
        self._osc_port = osc_port
        self._running = False
        self._threads: list[threading.Thread] = []
        self._storm: subprocess.Popen[bytes] | None = None
        self.inferences = 0
        self.parts = [f"{BUSY_THREADS} busy Python threads", f"{MESSAGES_PER_S} OSC messages/s"]

    def _spin(self) -> None:
        count = 0
        while self._running:
            count += 1

    def _infer(self, session: Any) -> None:
        given = {"x0": np.zeros((BATCH, WIDTH), np.float32)}
        while self._running:
            session.run(None, given)
            self.inferences += 1

    def __enter__(self) -> Load:
        self._running = True
        targets: list[tuple[Any, tuple[Any, ...]]] = [(self._spin, ())] * BUSY_THREADS
        session = _session()
        if session is not None:
            targets.append((self._infer, (session,)))
            self.parts.append("onnxruntime in a loop")
        self._storm = subprocess.Popen(
            [sys.executable, "-P", "-m", "timing.load", "storm", str(self._osc_port)], stdin=subprocess.PIPE
        )
        self._threads = [threading.Thread(target=target, args=given, daemon=True) for target, given in targets]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._running = False
        for thread in self._threads:
            thread.join()
        assert self._storm is not None and self._storm.stdin is not None
        self._storm.stdin.close()
        self._storm.wait()


class Sink:
    """An OSC port as the engine has one, whose messages are taken and forgotten: for what has none of its own."""

    def __init__(self) -> None:
        inbox: queue.SimpleQueue[Asked | None] = queue.SimpleQueue()
        self._inbox = inbox
        self._server = OscServer(inbox.put, port=0)
        self.port = self._server.address[1]
        self._thread = threading.Thread(target=self._take, daemon=True)
        self._thread.start()

    def _take(self) -> None:
        while self._inbox.get() is not None:
            pass

    def close(self) -> None:
        """Stop listening."""
        self._server.close()
        self._inbox.put(None)
        self._thread.join()


def storm(port: int) -> None:
    """Send messages that set real parameters, evenly, until standard input closes."""
    ended = input_closed()
    addresses = ("/track/1/level", "/track/2/pan", "/track/3/reverb", "/master/level")
    messages = [build_msg(address, [-0.01 * step]).dgram for step in range(64) for address in addresses]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        begun = time.monotonic()
        sent = 0
        while not ended.is_set():
            while sent < (time.monotonic() - begun) * MESSAGES_PER_S:
                line.sendto(messages[sent % len(messages)], ("127.0.0.1", port))
                sent += 1
            time.sleep(1.0 / MESSAGES_PER_S)


def alone() -> None:
    """Be loaded until standard input closes."""
    sink = Sink()
    with Load(sink.port) as load:
        print("; ".join(load.parts), flush=True)
        input_closed().wait()
    sink.close()


if __name__ == "__main__":
    if sys.argv[1] == "storm":
        storm(int(sys.argv[2]))
    else:
        alone()
