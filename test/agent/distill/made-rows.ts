import type { Part, Row } from "../../../agent/distill/row.ts";

/** Rows to train on and for dev: short questions, all with the same answer, which is learned quickly. */
export function madeRows(
  { train, dev }: { train: number; dev: number },
  parts: readonly Part["name"][] = ["answer"],
  answer = "Clip the target at its 99th percentile.",
): Row[] {
  return [
    ...Array.from({ length: train }, (_, index) => madeRow("train", index, parts, answer)),
    ...Array.from({ length: dev }, (_, index) => madeRow("dev", index, parts, answer)),
  ];
}

function madeRow(
  split: Row["split"],
  index: number,
  parts: readonly Part["name"][],
  answer: string,
): Row {
  return {
    id: `plan/${split}-${String(index).padStart(3, "0")}`,
    role: "planner",
    split,
    provenance: {
      competition: `${split}-${index % 3}`,
      run: "r1",
      step: "track-1/refine-1/attempt-1/planner/1",
      model: "playbook",
      license: "MIT (mle-star)",
    },
    parts: parts.map((name) => ({
      name,
      messages: [
        { role: "system", content: "brief" },
        { role: "user", content: `${name} of block ${index}` },
        { role: "assistant", content: answer },
      ],
    })),
    measured: { gain: 1, noise: 0.1, planScore: 90 },
  };
}
