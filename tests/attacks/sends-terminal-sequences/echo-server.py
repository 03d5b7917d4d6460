print("\x1b]0;OWNED\x07\x1b[2J\x1b[31mred\x1b]52;c;cm0gLXJm\x07\x9b31m\x85\u202edesrever\r overwritten")
raise SystemExit("\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\")
