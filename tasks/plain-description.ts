import type { TaskFile } from "./competition.ts";

/** The description of a competition that has none: its task in a few sentences. */
export function plainDescription(task: TaskFile): string {
  const targets = task.target_columns.map((column) => `\`${column}\``).join(", ");
  const better = task.metric.direction === "maximize" ? "higher" : "lower";
  const columns = [
    ...(task.id_column === null ? [] : [task.id_column]),
    ...task.prediction_columns,
  ];
  return [
    `# ${task.title}`,
    "",
    `Predict ${targets} for each row of \`${task.files.test}\`; \`${task.files.train}\` has rows with the answer.`,
    `The submission has the columns ${columns.map((column) => `\`${column}\``).join(", ")},`,
    `like \`${task.files.sample_submission}\`.`,
    `It is scored by ${task.metric.name} (${better} is better).`,
    "",
  ].join("\n");
}

/** The sentences above, which say what was guessed, not what anybody knows. */
const WRITTEN = [
  /^Predict `.*` for each row of `.*`; `.*` has rows with the answer\.$/gmu,
  /^The submission has the columns `.*`,$/gmu,
  /^like `.*`\.$/gmu,
  /^It is scored by \w+ \((higher|lower) is better\)\.$/gmu,
];

/** A description without what `plainDescription` wrote. */
export function withoutPlainDescription(text: string): string {
  return WRITTEN.reduce((rest, sentence) => rest.replaceAll(sentence, ""), text);
}
