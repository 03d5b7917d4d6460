def lucky():
    return 7
