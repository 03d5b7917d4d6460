print('=HYPERLINK("https://evil.example")')
