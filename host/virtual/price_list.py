"""Prices of blocks, remembered for all boards of this process: a program starts often, and its blocks are the same."""

from __future__ import annotations

from host.virtual.cycles import BlockPrice, CycleModel, new_disassembler, price_block

MOST_KNOWN = 1 << 15  # a firmware has some 3,000 blocks that run

_known: dict[tuple[bytes, int, CycleModel], BlockPrice] = {}


class PriceList:
    """Prices by one model. Each list has a disassembler of its own: several threads may run boards."""

    def __init__(self, model: CycleModel) -> None:
        self._model, self._machine = model, new_disassembler()

    def price(self, code: bytes, address: int) -> BlockPrice:
        """What price_block() says; of the address only its place in a word matters to the price."""
        key = code, address & 2, self._model
        found = _known.get(key)
        if found is None:
            found = price_block(code, address, self._machine, self._model)
            if found.unknown:  # names its address
                return found
            if len(_known) >= MOST_KNOWN:
                _known.clear()
            _known[key] = found
        return found
