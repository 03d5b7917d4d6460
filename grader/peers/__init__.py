"""The grader as the peer of a program, or as the wire between two: conversations on real sockets."""
