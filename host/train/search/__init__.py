"""Looks for the network that does best within what a board can afford: cycles, RAM and flash by the compiler."""
