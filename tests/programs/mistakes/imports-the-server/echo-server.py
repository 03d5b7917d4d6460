import my_server
