"""USB: the chip's device controller, and at the cable's other end a host with a serial-port driver."""
