"""What is on the screen: each widget is built once and then updated through its traits."""
