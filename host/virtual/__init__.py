"""The virtual board: an emulated Nano 33 BLE Sense with an OV7675 on its pins, running the real firmware."""
