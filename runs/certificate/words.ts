import * as z from "zod";
import { type Certificate, readCertificate } from "./certificate.ts";

const Body = z.looseObject({
  tool: z.looseObject({ name: z.string(), version: z.string() }),
  hashes: z.looseObject({ data: z.string() }),
  split: z.looseObject({ kind: z.string(), strategy: z.string(), hash: z.string() }),
  environment: z.looseObject({ sandbox: z.string(), packages: z.number() }),
  network: z.looseObject({ policy: z.string() }),
  evaluations: z.looseObject({ solutions: z.number(), scored: z.number(), executions: z.number() }),
  memory: z
    .looseObject({ shown: z.array(z.looseObject({ competitions: z.array(z.string()) })) })
    .optional(),
  canaries: z.array(z.looseObject({ verdict: z.string() })),
  submission: z.looseObject({ sha256: z.string(), provisional: z.boolean() }).nullable(),
  scores: z.looseObject({ sealedOpened: z.looseObject({ line: z.number() }).nullable() }),
  journal: z.looseObject({ lines: z.number(), sha256: z.string() }),
});

/** What the certificate of a run says, in sentences; null where there is none. */
export async function certificateWords(folder: string): Promise<string[] | null> {
  const certificate = await readCertificate(folder);
  if (certificate === null) return null;
  if (typeof certificate === "string") return [`The certificate does not hold: ${certificate}.`];
  return wordsOf(certificate);
}

function wordsOf({ sha256, body }: Certificate): string[] {
  const whole = `The certificate is whole (sha256 ${short(sha256)}).`;
  const read = Body.safeParse(body);
  if (!read.success)
    return [whole, "It was written by another version: its parts are not told here."];
  const {
    tool,
    hashes,
    split,
    environment,
    network,
    evaluations,
    canaries,
    submission,
    scores,
    journal,
  } = read.data;
  const passed = canaries.filter(({ verdict }) => verdict === "passed").length;
  return [
    whole,
    `Made by ${tool.name} ${tool.version} on data with hash ${short(hashes.data)}, split ${split.kind} (${split.strategy}, ${short(split.hash)}).`,
    `Scripts ran in ${environment.sandbox} with ${environment.packages} packages and network ${network.policy}.`,
    `${evaluations.solutions} solutions were judged in ${evaluations.executions} executions; ${evaluations.scored} have a score.`,
    scores.sealedOpened === null
      ? "The sealed holdout was not opened."
      : `The sealed holdout was opened once, at line ${scores.sealedOpened.line} of the journal.`,
    canaries.length === 0
      ? "No script was trained on shuffled answers."
      : `${passed} of ${canaries.length} scripts trained on shuffled answers knew nothing of the true ones.`,
    submission === null
      ? "There is no submission."
      : `The submission has hash ${short(submission.sha256)}${submission.provisional ? " and is provisional" : ""}.`,
    ...memoryWords(read.data.memory),
    `The journal has ${journal.lines} lines, each linked to the one before (sha256 ${short(journal.sha256)}).`,
  ];
}

/** What was known from earlier runs; nothing for a run without a memory. */
function memoryWords(memory: z.infer<typeof Body>["memory"]): string[] {
  if (memory === undefined) return [];
  const competitions = new Set(memory.shown.flatMap((item) => item.competitions));
  return [
    memory.shown.length === 0
      ? "Models were shown nothing of earlier runs."
      : `Models were shown ${memory.shown.length} items of earlier runs, learned on ${[...competitions].sort().join(", ")}.`,
  ];
}

function short(hash: string): string {
  return hash.slice(0, 16);
}
