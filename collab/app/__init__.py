"""What puts the features together: the server, the command, the migrations and the demo."""
