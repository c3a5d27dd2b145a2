import { showPlural } from "../../../runs/report/formats.ts";
import { type MergeRecord, namesOf } from "./merging.ts";

/** What a merged model is, in the form that model hubs read: Markdown below a head of YAML. */
export function mergeCard({ settings, result }: MergeRecord): string {
  const { method, parents, base } = settings;
  const [first] = parents;
  const isAdapter = result.kind === "adapter";
  const on = [...new Set([...(base === null ? [] : [base.folder]), first?.base ?? ""])];
  return `${[
    "---",
    `base_model: ${JSON.stringify(isAdapter ? first?.base : parents.map(({ name }) => name))}`,
    `library_name: ${isAdapter ? "peft" : "transformers"}`,
    "pipeline_tag: text-generation",
    `tags: [mle-star, merge, ${method}]`,
    "---",
    "",
    `# ${isAdapter ? "Adapter" : "Model"} merged by mle-star, ${method}`,
    "",
    "## Parents",
    "",
    ...parents.map(
      ({ name, hash }, place) => `- \`${name}\`, weight ${result.weights[place]}, sha256 ${hash}`,
    ),
    `- base: ${on.map((each) => `\`${each}\``).join(", ")}`,
    "",
    "## How",
    "",
    ...howLines(settings),
    `- ${result.parameters} parameters; ${versionsText(result.versions)}`,
    ...soupLines({ settings, result }),
    "",
    "## Terms and limits",
    "",
    "- The terms of all parents and of their base hold.",
    "- That the parents are good at something does not say that the merged model is: ask it.",
  ].join("\n")}\n`;
}

function howLines({ method, density, scale, seed }: MergeRecord["settings"]): string[] {
  switch (method) {
    case "linear":
      return ["- mean of the weights, as weighted above, divided by their sum"];
    case "greedy-soup":
      return ["- mean of the weights of those with weight 1 (arXiv 2203.05482)"];
    case "task-arithmetic":
      return [`- ${scale} times the weighted sum of the task vectors (arXiv 2212.04089)`];
    case "ties":
      return [
        `- TIES (arXiv 2306.01708): the ${density} largest entries of each task vector, elected signs, mean of those that agree, times ${scale}`,
      ];
    case "dare-ties":
      return [
        `- DARE (arXiv 2311.03099): ${density} of the entries of each task vector kept at random (seed ${seed}) and rescaled; elected signs, mean of those that agree, times ${scale}`,
      ];
  }
}

function soupLines({ settings, result }: Pick<MergeRecord, "settings" | "result">): string[] {
  if (result.soup === null) return [];
  const { pairs, tooLong, trials } = result.soup;
  const left = tooLong === 0 ? "" : `, ${tooLong} calls left out: too long`;
  return [
    "",
    "## What was seen",
    "",
    `- dev score of the role ${settings.role}: of ${showPlural(pairs, "pair")} of recorded calls the share in which the better reply is the likelier one${left}`,
    ...trials.map(
      ({ members, score, taken }) =>
        `- ${namesOf(members, settings.parents)}: ${score.toFixed(4)}${taken ? ", taken" : ""}`,
    ),
  ];
}

function versionsText(versions: Readonly<Record<string, string>>): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ");
}
