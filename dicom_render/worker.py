"""The program of one worker process: limits itself, then does what its parent orders until the line closes."""

import os
import pickle
import socket
import sys

import msgspec

from dicom_render.answers import Answer, Done, Failed, Order, Progressed, Ready, Refused, encode_result, receive, send

# Loaded now, with all the codecs behind it, so that the first order finds it warm.
from dicom_render.drawing import draw_stack as draw_stack
from dicom_render.limits import allow_cpu_seconds, leave_network, limit_this_process
from dicom_render.prepare import prepare_series as prepare_series
from dicom_render.printing import print_stack as print_stack
from dicom_render.refusal import Refusal


def main(descriptor: int, memory_bytes: int, file_bytes: int) -> None:
    channel = socket.socket(fileno=descriptor)
    leave_network()
    limit_this_process(memory_bytes=memory_bytes, file_bytes=file_bytes)
    _silence()
    _answer(channel, Ready())
    while True:
        try:
            order: Order = pickle.loads(receive(channel))  # noqa: S301 - from the parent
        except EOFError:
            return
        _answer(channel, _carry_out(order, channel))


def _carry_out(order: Order, channel: socket.socket) -> Answer:
    def progress(done: int, total: int) -> None:
        allow_cpu_seconds(order.cpu_seconds)
        _answer(channel, Progressed(done, total))

    allow_cpu_seconds(order.cpu_seconds)
    extra = {"progress": progress} if order.reports_progress else {}
    try:
        return Done(encode_result(order.function(*order.arguments, **extra)))
    except Refusal as refusal:
        return Refused(type(refusal).__name__, refusal.code, refusal.facts)
    except MemoryError:
        return Refused("Unreadable", "too_large", {"while": order.function.__name__})
    except Exception as error:  # one file's trouble must not end the worker, and the parent must hear of it
        return Failed(type(error).__name__, str(error)[:500])


def _answer(channel: socket.socket, answer: Answer) -> None:
    send(channel, msgspec.msgpack.encode(answer))


def _silence() -> None:
    """Codecs print what a hostile file makes them say: not into our log."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
