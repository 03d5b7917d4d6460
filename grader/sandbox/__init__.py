"""Boxes: sealed places in which students' programs run, and what the kernel says of them."""
