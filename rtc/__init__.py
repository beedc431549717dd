"""Voice and video: signalling values, call rules, the server's own WebRTC ends; it knows nothing of rooms or images."""
