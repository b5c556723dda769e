"""Another model on a board, over the link: no toolchain, no bootloader."""
