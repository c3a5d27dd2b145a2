import * as z from "zod";
import { ConfigInvalid, SandboxUnavailable } from "../../runs/errors.ts";
import { inTime } from "../../runs/patience.ts";
import { lineOf } from "./dockerfile.ts";

const progressSchema = z.object({
  stream: z.string().optional(),
  status: z.string().optional(),
  error: z.string().optional(),
});

/** Where a build is, and the last line it printed. */
type BuildState = { step: string; complaint: string | null; last: string };

/** A step that installs packages prints nothing for minutes. */
const QUIET_SECONDS = 1800;

/** What is built, for messages; the Dockerfile as the user has it. */
export type Building = { what: string; dockerfile: string; report: (line: string) => void };

/** Reports the build's lines; a failed build ends the stream normally, with the error as its last item. */
export async function followBuild(
  stream: AsyncIterable<Buffer | string>,
  building: Building,
): Promise<void> {
  const state: BuildState = { step: "", complaint: null, last: "" };
  let pending = "";
  const blocks = stream[Symbol.asyncIterator]();
  for (;;) {
    const next = await inTime(blocks.next(), QUIET_SECONDS);
    if (next === null)
      throw new SandboxUnavailable(
        `the build of the ${building.what} said nothing for ${QUIET_SECONDS} s (at ${state.step})`,
      );
    if (next.value.done === true) break;
    const lines = (pending + next.value.value.toString()).split("\n");
    pending = lines.pop() ?? "";
    for (const line of lines) readItem(line, state, building);
  }
  readItem(pending, state, building);
}

function readItem(text: string, state: BuildState, building: Building): void {
  if (text.trim() === "") return;
  const { stream, error } = progressSchema.parse(JSON.parse(text));
  for (const line of (stream ?? "").split("\n")) readLine(line, state, building.report);
  if (error !== undefined) throw failure(error, state, building);
}

function readLine(line: string, state: BuildState, report: (line: string) => void): void {
  const text = line.trim();
  // Docker counts in `Step 2/9 :`, Podman in `STEP 2/9:`.
  const step = /^step \d+\/\d+ ?: ?(.*)$/iu.exec(text);
  if (step !== null) state.step = step[1] ?? "";
  else if (text !== "" && !text.startsWith("--->")) state.last = text;
  if (text.startsWith("ERROR: ")) state.complaint = text.slice("ERROR: ".length);
  if (/^(step|installing|downloading|compiling|without)\b/iu.test(text)) report(text.slice(0, 100));
}

function failure(
  error: string,
  { step, complaint, last }: BuildState,
  { what, dockerfile }: Building,
): ConfigInvalid {
  const line = lineOf(step, dockerfile);
  const place = step === "" ? "the base image" : `Dockerfile${line === null ? "" : `:${line}`}`;
  const instruction = step === "" ? "" : `: ${step.slice(0, 120)}`;
  const said = complaint ?? (last === "" || error.includes(last) ? error : `${last} (${error})`);
  return new ConfigInvalid(
    `the ${what} could not be built: ${said} (at ${place}${instruction}); name a base image with MLE_STAR_BASE_IMAGE, or a folder of wheels with MLE_STAR_WHEELS where the engine has no network`,
  );
}
