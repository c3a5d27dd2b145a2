import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const DRIVER = "/proc/driver/nvidia/gpus";
/** What every use of the driver goes through, whichever the device. */
const CONTROLS = ["nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia-modeset"];

/** The device files behind leased GPUs; those of all where one is a slice, which has no file of its own. */
export async function gpuNodes(ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const minors = await minorNumbers();
  const own = ids.map((id) => minors.get(id));
  const isWhole = own.every((each) => each !== undefined);
  const devices = isWhole ? own : [...minors.values()];
  const slices = isWhole ? [] : await namesIn("/dev/nvidia-caps");
  return [
    ...CONTROLS.map((name) => join("/dev", name)),
    ...devices.map((each) => `/dev/nvidia${each}`),
    ...slices.map((name) => join("/dev/nvidia-caps", name)),
  ];
}

/** Number of the device file by id of the GPU, as the driver reports it. */
async function minorNumbers(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const address of await namesIn(DRIVER)) {
    const text = await readFile(join(DRIVER, address, "information"), "utf8");
    const id = /^GPU UUID:\s*(\S+)/m.exec(text)?.[1];
    const minor = /^Device Minor:\s*(\d+)/m.exec(text)?.[1];
    if (id !== undefined && minor !== undefined) found.set(id, minor);
  }
  return found;
}

async function namesIn(folder: string): Promise<string[]> {
  // A machine without such devices has no such folder.
  return readdir(folder).catch(() => []);
}
