/** One stage of a Dockerfile: its lines, and the earlier stages it takes from. */
type Stage = { name: string; lines: string[]; needs: string[] };

/**
 * The Dockerfile with what one target is made of, and nothing else: a change elsewhere rebuilds nothing, and
 * engines that build every stage above the target build no more than they must.
 */
export function dockerfileFor(target: string, dockerfile: string): string {
  const { preamble, stages } = readStages(dockerfile);
  const wanted = new Set<string>();
  const pending = [target];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const stage = stages.find((each) => each.name === name);
    // A name that is no stage is an image.
    if (stage === undefined || wanted.has(name)) continue;
    wanted.add(name);
    pending.push(...stage.needs);
  }
  if (!wanted.has(target)) throw new Error(`the Dockerfile has no target ${target}`);
  const kept = stages.filter(({ name }) => wanted.has(name)).flatMap(({ lines }) => lines);
  const used = preamble.filter((line) =>
    kept.some((each) => each.includes(`\${${argument(line)}}`)),
  );
  return `${[...used, ...kept].join("\n")}\n`;
}

/** Line of the Dockerfile on which an instruction stands, as an engine repeats it; null when it cannot be found. */
export function lineOf(instruction: string, dockerfile: string): number | null {
  const start = instruction.trim().split(/\s+/u).slice(0, 3).join(" ");
  const lines = dockerfile.split("\n");
  const index = lines.findIndex((line) => line.trim().split(/\s+/u).join(" ").startsWith(start));
  return index < 0 || start === "" ? null : index + 1;
}

function readStages(dockerfile: string): { preamble: string[]; stages: Stage[] } {
  const preamble: string[] = [];
  const stages: Stage[] = [];
  for (const line of dockerfile.split("\n")) {
    // Comments stand on lines of their own, and change nothing.
    if (line.trim() === "" || line.startsWith("#")) continue;
    const from = /^FROM (\S+) AS (\S+)$/u.exec(line);
    if (from !== null) stages.push({ name: from[2] ?? "", lines: [], needs: [from[1] ?? ""] });
    const stage = stages.at(-1);
    if (stage === undefined) preamble.push(line);
    stage?.lines.push(line);
    const copied = /^COPY --from=(\S+) /u.exec(line);
    if (copied !== null) stage?.needs.push(copied[1] ?? "");
  }
  return { preamble, stages };
}

/** `BASE_IMAGE` of `ARG BASE_IMAGE=python:3.11-slim`. */
function argument(line: string): string {
  return /^ARG (\w+)/u.exec(line)?.[1] ?? "";
}
