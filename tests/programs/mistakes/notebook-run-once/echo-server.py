{"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": {"name": "python3"}},
 "cells": [{"cell_type": "code", "execution_count": 3, "metadata": {}, "outputs": [],
            "source": ["import socket\n", "s = socket.create_server((\"127.0.0.1\", 65432))\n"]}]}
