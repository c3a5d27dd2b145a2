import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { named, some } from "../roles/prompt/text.ts";
import { defineTool, FileName } from "./tool.ts";

/** Names of one folder that are listed: folders of pictures hold a hundred thousand. */
const MAX_NAMES = 60;

/** The files that may be looked at, and the scripts that are being written. */
export const listFiles = defineTool({
  name: "list_files",
  description:
    "List the data files that you may look at (training rows only; scripts get the other files too when they are scored), with their sizes, and your scripts.",
  use: "look",
  isRepeated: false,
  after: null,
  input: z.strictObject({
    folder: z.string().max(500).optional().describe("a folder of the data; none: the top"),
  }),
  output: z.object({
    files: z.array(z.object({ file: FileName, bytes: z.number().nullable() })),
    scripts: z.array(z.string()),
  }),
  async run({ folder = "." }, { run, workspace }) {
    const root = await run.referee.trainingRows();
    const inside = join("/", folder);
    const entries = await readdir(join(root, inside), { withFileTypes: true }).catch(() => []);
    const sorted = entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    const files = await Promise.all(
      sorted.slice(0, MAX_NAMES).map(async (entry) => {
        const file = join(inside, entry.name).slice(1);
        const bytes = entry.isDirectory() ? null : (await stat(join(root, file))).size;
        return { file, bytes };
      }),
    );
    const scripts = [...workspace.scripts.keys()];
    const lines = files.map(
      ({ file, bytes }) => `${named(file)} ${bytes === null ? "(folder)" : `${bytes} bytes`}`,
    );
    const more = sorted.length - files.length;
    const text = [
      ...(lines.length === 0 ? [`no files in ${named(folder)}`] : lines),
      ...(more > 0 ? [`… and ${more} more`] : []),
      `Your scripts: ${scripts.length === 0 ? "none yet" : some(scripts, MAX_NAMES, (name) => name).join(", ")}`,
    ].join("\n");
    return { value: { files, scripts }, text };
  },
});
