"""--port and --record: a URL -> an open Port. Above link, recording and virtual, which know nothing of it."""
