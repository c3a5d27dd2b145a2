import os
import subprocess
import time


class Timer:
    def __enter__(self):
        self.begun = time.monotonic()
        return self

    def __exit__(self, *_):
        self.duration = time.monotonic() - self.begun


def call_script_in_same_dir(caller_file, script_file, *args, **_):
    script = os.path.join(os.path.dirname(os.path.abspath(caller_file)), script_file)
    subprocess.run([script, *[str(arg) for arg in args]], check=True)
