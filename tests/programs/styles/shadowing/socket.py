# my first try, only notes
HOST = "127.0.0.1"
PORT = 65432
print("socket example")
