"""A USB host with one port: notices a device, resets and enumerates it, and moves data for its drivers (USB 2.0, 9.1).

Where the standard leaves it free it is quick: 100 ms until the contacts are still, 10 ms of reset, 10 ms to recover.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Protocol

from host.virtual.chip import Chip
from host.virtual.usb.bus import FRAME_CYCLES, UsbBus
from host.virtual.usb.control import Answer, ControlPipe, Request
from host.virtual.usb.descriptors import (
    CONFIGURATION,
    DEVICE,
    INTERRUPT,
    STRING,
    Device,
    Endpoint,
    parse_interfaces,
    parse_string,
)
from host.virtual.usb.usbd import PACKET_BYTES, SUSPEND, Usbd

STILL_MS, RESET_MS, RECOVERY_MS, ADDRESS_MS, SUSPEND_MS = 100, 10, 10, 2, 3
GET_DESCRIPTOR, SET_ADDRESS, SET_CONFIGURATION, CLEAR_FEATURE = 6, 5, 9, 1
FROM_DEVICE, TO_DEVICE, TO_ENDPOINT = 0x80, 0x00, 0x02
ADDRESS, AMERICAN_ENGLISH = 7, 0x0409
Steps = Generator[Request, bytes | None, None]


class Driver(Protocol):
    """What uses a device once it is configured."""

    def configured(self, device: Device) -> None:
        """A device is ready."""

    def removed(self) -> None:
        """It is gone."""


class UsbHost:
    """The other end of the cable; see usbd.Cable."""

    def __init__(self, chip: Chip, controller: Usbd) -> None:
        self._chip, self._controller = chip, controller
        self.drivers: list[Driver] = []
        self.device: Device | None = None
        self.bus = UsbBus(chip, self._frame_started)
        self._pipe = ControlPipe(chip, self.bus, controller, self._complain)
        self._clear()
        controller.cable = self

    def _clear(self) -> None:
        self.is_attached = self._is_suspended = False
        self._listeners: dict[int, tuple[Endpoint, Callable[[bytes], None]]] = {}
        self._outgoing: dict[int, bytearray] = {}
        self._busy: set[int] = set()  # endpoint addresses with a transaction on its way

    def _complain(self, text: str) -> None:
        self._chip.warnings.once(f"usb {text}", f"USB host: {text}")

    # -- the cable's other end ----------------------------------------------------------------------------------

    def attached(self, pulled_up: bool) -> None:
        """The device shows itself, or is gone."""
        if not pulled_up:
            self._detach()
        if pulled_up == self.is_attached:
            return
        self.is_attached = True
        self._after(STILL_MS, self._reset_bus)
        self._idle()

    def _detach(self) -> None:
        had, self.device = self.device, None
        self.bus.stop()
        self._pipe.clear()
        self._clear()
        for key in ("usb host", "usb idle"):
            self._chip.schedule.cancel(key)
        for driver in self.drivers if had else ():
            driver.removed()

    def _after(self, milliseconds: int, action: Callable[[], None]) -> None:
        cycle = self._chip.now() + milliseconds * FRAME_CYCLES
        self._chip.schedule.at("usb host", cycle, action)

    def _idle(self) -> None:
        """Three milliseconds without a frame: the device sees that it is suspended (7.1.7.6)."""
        cycle = self._chip.now() + SUSPEND_MS * FRAME_CYCLES
        self._chip.schedule.at("usb idle", cycle, self._suspended)

    def _suspended(self) -> None:
        self._is_suspended = True
        self._controller.cause(SUSPEND)

    def _active(self) -> None:
        """Something moves on the lines again, be it a reset (EVENTCAUSE.RESUME: "K state or activity restart")."""
        self._chip.schedule.cancel("usb idle")
        if self._is_suspended:
            self._is_suspended = False
            self._controller.resumed()

    def _reset_bus(self) -> None:
        self._active()
        self._controller.bus_reset()
        self._after(RESET_MS, self._recover)

    def _recover(self) -> None:
        self.bus.start()
        self._after(RECOVERY_MS, lambda: self._step(self._enumerate(), None))

    def suspend(self) -> None:
        """No more frames, until resume() or the device wakes the host."""
        self.bus.stop()
        self._idle()

    def resume(self) -> None:
        """Frames again."""
        self._active()
        self.bus.start()

    def woken(self) -> None:
        """The device drives resume."""
        if not self.bus.running and self.is_attached:
            self.resume()

    # -- control transfers --------------------------------------------------------------------------------------

    def control(self, request: Request, answer: Answer) -> None:
        """A control transfer; `answer` gets what came in, None for a refusal or silence."""
        self._pipe.transfer(request, answer)

    def _step(self, steps: Steps, answer: bytes | None) -> None:
        """Sends the next request of `steps`; goes on with its answer."""
        try:
            request = steps.send(answer)
        except StopIteration:
            return

        def answered(data: bytes | None) -> None:
            if request.number == SET_ADDRESS and request.kind == TO_DEVICE:
                self._after(ADDRESS_MS, lambda: self._step(steps, data))
            else:
                self._step(steps, data)

        self.control(request, answered)

    def _enumerate(self) -> Steps:
        def get(kind: int, index: int, language: int, length: int) -> Request:
            return Request(FROM_DEVICE, GET_DESCRIPTOR, kind << 8 | index, language, length)

        yield get(DEVICE, 0, 0, PACKET_BYTES)
        yield Request(TO_DEVICE, SET_ADDRESS, ADDRESS)
        device = yield get(DEVICE, 0, 0, 18)
        head = yield get(CONFIGURATION, 0, 0, 9)
        if device is None or len(device) < 18 or head is None or len(head) < 9:
            self._complain("the device did not describe itself")
            return
        configuration = yield get(CONFIGURATION, 0, 0, int.from_bytes(head[2:4], "little"))
        texts = []
        for index in device[14:17]:
            text = (yield get(STRING, index, AMERICAN_ENGLISH, 255)) if index else None
            texts.append(parse_string(text))
        if (yield Request(TO_DEVICE, SET_CONFIGURATION, head[5])) is None:
            return
        self.device = Device(
            int.from_bytes(device[8:10], "little"),
            int.from_bytes(device[10:12], "little"),
            (device[4], device[5], device[6]),
            tuple(texts),
            configuration or b"",
            parse_interfaces(configuration or b""),
        )
        for driver in self.drivers:
            driver.configured(self.device)

    # -- data ---------------------------------------------------------------------------------------------------

    def listen(self, endpoint: Endpoint, received: Callable[[bytes], None]) -> None:
        """From now on the endpoint is polled; `received` gets each packet."""
        self._listeners[endpoint.number] = (endpoint, received)
        self.in_ready(endpoint.number)

    def ignore(self, endpoint: Endpoint) -> None:
        """No longer polled: what the device has to say waits there."""
        self._listeners.pop(endpoint.number, None)

    def write(self, endpoint: Endpoint, data: bytes) -> None:
        """Sends bytes, 64 in a packet."""
        self._outgoing.setdefault(endpoint.number, bytearray()).extend(data)
        self.out_ready(endpoint.number)

    def waiting(self) -> int:
        """Bytes that wait to be sent."""
        return sum(map(len, self._outgoing.values()))

    def in_ready(self, endpoint: int) -> None:
        """The device has a packet."""
        if endpoint == 0:
            self._pipe.data_ready()
        elif endpoint in self._listeners and self._listeners[endpoint][0].kind != INTERRUPT:
            self._poll(endpoint)

    def _poll(self, endpoint: int) -> None:
        loaded = self._controller.loaded(endpoint)
        address = endpoint | 0x80
        if loaded is None or address in self._busy:
            return
        self._busy.add(address)

        def moved() -> None:
            self._busy.discard(address)
            data = self._controller.take(endpoint) if endpoint in self._listeners else None
            if data is not None:
                self._listeners[endpoint][1](data)

        self.bus.request(loaded, moved)

    def out_ready(self, endpoint: int) -> None:
        """The device takes a packet."""
        if endpoint == 0:
            self._pipe.data_ready()
            return
        queue = self._outgoing.get(endpoint)
        if not queue or endpoint in self._busy or not self._controller.accepts(endpoint):
            return
        self._busy.add(endpoint)
        data = bytes(queue[:PACKET_BYTES])

        def moved() -> None:
            self._busy.discard(endpoint)
            if self._controller.give(endpoint, data):
                del queue[: len(data)]

        self.bus.request(len(data), moved)

    def status_ready(self) -> None:
        """The status stage may come."""
        self._pipe.status_ready()

    def stalled(self, address: int) -> None:
        """A data endpoint is cleared at once, as a driver does that sees a stall."""
        if address == 0:
            self._pipe.stalled()
        elif self.device is not None:
            clear = Request(TO_ENDPOINT, CLEAR_FEATURE, 0, address)
            self.control(clear, lambda _: self.in_ready(address & 15))

    def _frame_started(self, number: int) -> None:
        self._controller.start_of_frame(number)
        for endpoint, _ in list(self._listeners.values()):
            if endpoint.kind == INTERRUPT and number % max(1, endpoint.interval) == 0:
                self._poll(endpoint.number)
