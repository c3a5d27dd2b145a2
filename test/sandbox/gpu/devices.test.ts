import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cdiDevices, cdiName, findGpus } from "../../../sandbox/gpu/devices.ts";
import { fakeDevices, fakeGpus, freshFolder } from "./fake-gpus.ts";

const SLICED = [
  "GPU 0: NVIDIA Made-Up (UUID: GPU-00000000-0000-0000-0000-000000000000)",
  "  MIG 3g.20gb     Device  0: (UUID: MIG-aaaaaaaa-1111-5555-9999-000000000000)",
  "  MIG 1g.5gb      Device  1: (UUID: MIG-bbbbbbbb-1111-5555-9999-000000000000)",
  "GPU 1: NVIDIA Made-Up (UUID: GPU-10000000-0000-0000-0000-000000000000)",
];

async function idsSeen(visible: string | null, list: readonly string[] | null = null) {
  const { view, answer } = await fakeGpus(3);
  if (list !== null) await answer("L", list);
  return (await findGpus({ ...view, visible })).map(({ index }) => index);
}

test("every GPU is found with its id, index, name and memory", async () => {
  const { view } = await fakeGpus(2);
  expect(await findGpus(view)).toEqual(fakeDevices(2));
});

test("a machine without a driver has none", async () => {
  expect(await findGpus({ path: "/nowhere", visible: null })).toEqual([]);
});

test("a device that the driver has lost is not among them", async () => {
  const { view, answer } = await fakeGpus(2);
  const [, second] = fakeDevices(2);
  await answer("query", [
    "Unable to determine the device handle for GPU0000:01:00.0: Unknown Error",
    `${second?.id}, 1, NVIDIA Made-Up, [N/A]`,
  ]);
  expect(await findGpus(view)).toEqual([{ ...second, memoryMb: null }]);
});

test("a GPU in slices is its slices, the others are whole", async () => {
  const { view, answer } = await fakeGpus(2);
  await answer("L", SLICED);
  expect(await findGpus(view)).toEqual([
    {
      id: "MIG-aaaaaaaa-1111-5555-9999-000000000000",
      index: "0:0",
      name: "MIG 3g.20gb",
      memoryMb: 20_000,
    },
    {
      id: "MIG-bbbbbbbb-1111-5555-9999-000000000000",
      index: "0:1",
      name: "MIG 1g.5gb",
      memoryMb: 5000,
    },
    fakeDevices(2)[1],
  ]);
});

test.each([
  ["not set", null, ["0", "1", "2"]],
  ["empty", "", []],
  ["-1", "-1", []],
  ["what a scheduler without devices writes", "NoDevFiles", []],
  ["indices in an order", "2,0", ["2", "0"]],
  ["indices with spaces", " 1 , 2 ", ["1", "2"]],
  ["the same index twice", "1,1", ["1"]],
  ["an index behind one that is not there", "1,7,0", ["1"]],
  ["whole ids", "GPU-20000000-0000-0000-0000-000000000000", ["2"]],
  ["the beginning of an id", "GPU-1", ["1"]],
  ["text that names nothing", "GPU-", []],
])("CUDA_VISIBLE_DEVICES %s is respected", async (_, visible, indices) => {
  expect(await idsSeen(visible)).toEqual(indices);
});

test.each([
  ["one slice", "MIG-bbbb", ["0:1"]],
  ["a GPU in slices by its index", "0,1", ["0:0", "0:1", "1"]],
])("CUDA_VISIBLE_DEVICES can name %s", async (_, visible, indices) => {
  expect(await idsSeen(visible, SLICED)).toEqual(indices);
});

test("CDI devices are read from whatever specs of NVIDIA lie there, and found by id, index or short name", async () => {
  const folder = await freshFolder();
  const [etc, run] = [join(folder, "etc"), join(folder, "run")];
  await mkdir(etc);
  await mkdir(run);
  await writeFile(
    join(etc, "nvidia.yaml"),
    'cdiVersion: 0.5.0\nkind: nvidia.com/gpu\ndevices:\n- name: "0"\n- name: gpu1\n- name: all\n',
  );
  await writeFile(
    join(run, "slices.json"),
    JSON.stringify({ kind: "nvidia.com/gpu", devices: [{ name: "0:1" }] }),
  );
  await writeFile(join(run, "other.yaml"), "kind: other.com/net\ndevices:\n- name: eth\n");
  await writeFile(join(run, "broken.yaml"), "kind: [nvidia.com/gpu\n");
  await writeFile(join(run, "notes.txt"), "kind: nvidia.com/gpu\ndevices:\n- name: no\n");
  const names = await cdiDevices([etc, run, join(folder, "none")]);
  expect([...names].sort()).toEqual([
    "nvidia.com/gpu=0",
    "nvidia.com/gpu=0:1",
    "nvidia.com/gpu=all",
    "nvidia.com/gpu=gpu1",
  ]);
  const [first, second, third] = fakeDevices(3);
  const named = [first, second, third].map((gpu) => gpu && cdiName(gpu, names));
  expect(named).toEqual(["nvidia.com/gpu=0", "nvidia.com/gpu=gpu1", null]);
  const slice = { id: "MIG-a", index: "0:1", name: "MIG 1g.5gb", memoryMb: null };
  expect(cdiName(slice, names)).toBe("nvidia.com/gpu=0:1");
});
