"""Tells which GPUs can be used from in here: run by the harness through the sandbox itself."""

import ctypes
import glob
import json
import subprocess


def usable():
    """How many devices give memory to this process; why not, where the driver says no."""
    try:
        cuda = ctypes.CDLL("libcuda.so.1")
    except OSError as error:
        return None, str(error)

    def check(name, *arguments):
        code = getattr(cuda, name)(*arguments)
        if code != 0:
            text = ctypes.c_char_p()
            cuda.cuGetErrorName(code, ctypes.byref(text))
            raise RuntimeError("%s: %s" % (name, (text.value or b"%d" % code).decode()))

    count = ctypes.c_int()
    usable_devices = 0
    try:
        check("cuInit", 0)
        check("cuDeviceGetCount", ctypes.byref(count))
        for number in range(count.value):
            device, context, memory = ctypes.c_int(), ctypes.c_void_p(), ctypes.c_uint64()
            check("cuDeviceGet", ctypes.byref(device), number)
            check("cuDevicePrimaryCtxRetain", ctypes.byref(context), device)
            check("cuCtxSetCurrent", context)
            check("cuMemAlloc_v2", ctypes.byref(memory), ctypes.c_size_t(1 << 20))
            check("cuMemFree_v2", memory)
            check("cuDevicePrimaryCtxRelease_v2", device)
            usable_devices += 1
    except RuntimeError as error:
        return usable_devices, str(error)
    return usable_devices, None


def listed():
    """How many whole GPUs or slices `nvidia-smi -L` names; None where there is no such program."""
    try:
        answer = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = answer.stdout.splitlines() if answer.returncode == 0 else []
    slices = sum("UUID: MIG-" in line for line in lines)
    return slices or sum("UUID: GPU-" in line for line in lines)


devices, why = usable()
with open("gpus.json", "w") as file:
    json.dump(
        {
            "usable": devices,
            "why": why,
            "listed": listed(),
            "nodes": sorted(glob.glob("/dev/nvidia[0-9]*")),
        },
        file,
    )
