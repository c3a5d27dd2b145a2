import { expect, test } from "vitest";
import { gpuRequest } from "../../../sandbox/containers/gpu-requests.ts";
import { fakeDevices } from "../gpu/fake-gpus.ts";

const ids = fakeDevices(2).map(({ id }) => id);
const named = ["nvidia.com/gpu=0", "nvidia.com/gpu=1"];
const byId = { Driver: "", DeviceIDs: ids, Capabilities: [["gpu"]] };
const byName = { Driver: "cdi", DeviceIDs: named };

test.each([
  ["Docker with NVIDIA's runtime, by id", "docker", true, named, byId],
  ["Docker with a CDI spec alone, by name", "docker", false, named, byName],
  ["Docker with neither, by id, so that it refuses", "docker", false, [null, null], byId],
  ["Docker with a spec of some devices, by id", "docker", false, ["nvidia.com/gpu=0", null], byId],
  ["Podman, by name", "podman", false, named, byName],
  [
    "Podman without a spec here, by the names that specs give to ids",
    "podman",
    false,
    [null, null],
    { Driver: "cdi", DeviceIDs: ids.map((id) => `nvidia.com/gpu=${id}`) },
  ],
] as const)("leased devices are asked of %s.", (_, product, hasRuntime, names, request) => {
  expect(gpuRequest({ product, hasRuntime, ids, names })).toEqual(request);
});
