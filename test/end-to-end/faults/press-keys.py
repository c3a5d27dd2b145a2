"""
Runs a command in a terminal of its own and presses Ctrl-C in it when its output shows a text: `press-keys.py TIMES
TEXT COMMAND…`. Prints what the terminal showed; its exit code is the command's.
"""

import os
import pty
import sys
import time

times, text, *command = sys.argv[1:]
process, terminal = pty.fork()
if process == 0:
    os.execvp(command[0], command)
shown, pressed, last = b"", 0, 0.0
while True:
    try:
        block = os.read(terminal, 65536)
    except OSError:
        break  # The command has ended, and its terminal is gone.
    if not block:
        break
    shown += block
    sys.stdout.buffer.write(block)
    sys.stdout.buffer.flush()
    # The second time once the first has been heard, and no sooner than a person could press again.
    wanted = text.encode() if pressed == 0 else b"pausing"
    if pressed < int(times) and wanted in shown:
        time.sleep(1.0 if pressed else 0)
        os.write(terminal, b"\x03")
        pressed += 1
_, status = os.waitpid(process, 0)
sys.exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 200 + os.WTERMSIG(status))
