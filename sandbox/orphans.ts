import type Docker from "dockerode";
import { z } from "zod";
import { OWNER_LABEL } from "./containers/container-options.ts";
import { isLiving } from "./linux/processes.ts";

const ownerSchema = z.object({ host: z.string(), pid: z.number(), started: z.string() });

/** Removes the containers of harnesses that are dead; those of living ones, here or elsewhere, are not touched. */
export async function sweepOrphans(docker: Docker): Promise<number> {
  const ours = await docker.listContainers({ all: true, filters: { label: [OWNER_LABEL] } });
  let swept = 0;
  for (const { Id, Labels } of ours) {
    const owner = ownerSchema.parse(JSON.parse(Labels[OWNER_LABEL] ?? "null"));
    if (await isLiving(owner)) continue;
    // Another start may be sweeping as well.
    await docker
      .getContainer(Id)
      .remove({ force: true, v: true })
      .catch(() => undefined);
    swept++;
  }
  return swept;
}
