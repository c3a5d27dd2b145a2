import { showPlural } from "../../runs/report/formats.ts";
import type { Manifest } from "./data-set.ts";
import type { AcceptanceCurve } from "./skd/acceptance.ts";
import { acceptanceLines, skdLossLines } from "./skd/skd-card.ts";
import type { TrainingRecord, TrainingResult } from "./training.ts";

/** What a trained model is, in the form that model hubs read: Markdown below a head of YAML. */
export function modelCard(
  { settings, baseLicense }: TrainingRecord,
  result: TrainingResult,
  data: Manifest,
  acceptance: AcceptanceCurve | null = null,
): string {
  const isAdapter = settings.method === "lora";
  const head = [
    "---",
    `base_model: ${JSON.stringify(settings.base)}`,
    `library_name: ${isAdapter ? "peft" : "transformers"}`,
    "pipeline_tag: text-generation",
    `tags: [mle-star, distill-${settings.kind}]`,
    "---",
  ];
  return `${[
    ...head,
    "",
    `# ${isAdapter ? "Adapter" : "Model"} trained by mle-star distill ${settings.kind}`,
    "",
    "## Trained on",
    "",
    ...dataLines(data, result),
    "",
    "## How",
    "",
    ...howLines(settings, result),
    "",
    "## What was seen",
    "",
    ...seenLines(result),
    ...acceptanceLines(acceptance),
    "",
    "## Terms and limits",
    "",
    `- Base: \`${settings.base}\`, ${baseLicense}.`,
    `- Texts of the data set: ${data.licenses.join("; ")}.`,
    "- Trained to play one role of mle-star. A lower loss is no proof that it plays it better.",
  ].join("\n")}\n`;
}

function dataLines(data: Manifest, { rows, tooLong }: TrainingResult): string[] {
  const { train, dev } = data.competitions;
  const left = tooLong === 0 ? "" : ` (${showPlural(tooLong, "row")} left out: too long)`;
  const teachers = data.models.map((name) =>
    name === "playbook" ? "playbook (rule-based, no language model)" : name,
  );
  const dropped = Object.entries(data.dropped).map(([why, times]) => `  - ${times}: ${why}`);
  return [
    `- ${showPlural(rows.train, "row")} of ${showPlural(train.length, "competition")}, ${rows.dev} of ${dev.length} for dev${left}`,
    `- written by ${teachers.join(", ")}`,
    ...Object.entries(data.files).map(([name, hash]) => `- ${name}: sha256 ${hash}`),
    `- options: \`${JSON.stringify(data.options)}\``,
    ...(dropped.length === 0 ? [] : ["- dropped:", ...dropped]),
  ];
}

function howLines(settings: TrainingRecord["settings"], result: TrainingResult): string[] {
  const { method, rank, alpha, learningRate, schedule, warmup, epochs, batch, seed } = settings;
  const what =
    method === "lora"
      ? `LoRA, rank ${rank}, alpha ${alpha}, on all linear layers`
      : "full fine-tuning";
  return [
    `- ${what}; ${result.trainable} of ${result.parameters} parameters`,
    ...(settings.skd === null
      ? [lossLine(settings)]
      : skdLossLines(settings.trainer, settings.skd)),
    ...shareLines(settings),
    `- AdamW, learning rate ${learningRate}, ${schedule}, warm-up over ${warmup} of the steps, ${showPlural(epochs, "epoch")}, ${batch} rows a step, seed ${seed}`,
    `- on ${result.device}, ${Object.entries(result.versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", ")}`,
  ];
}

function shareLines({ parts, share }: TrainingRecord["settings"]): string[] {
  const learned = parts === null ? [] : [`- learned of each row: ${parts.join(", ")}`];
  return share === 100 ? learned : [...learned, `- on ${share} % of the rows to train on`];
}

function lossLine({ trainer, mdpo, generations, minGain }: TrainingRecord["settings"]): string {
  switch (trainer) {
    case "mdpo":
      return `- mDPO over the agent's turns, beta ${mdpo?.beta}, lambda ${mdpo?.weight}, beside the cross-entropy of the chosen conversations; the reward below is the margin of the chosen one`;
    case "grpo":
      return `- GRPO, ${generations} plans drawn for a question; reward R_plan + R_ans by the outcomes of plans that were carried out, accepted from ${minGain} standard errors on`;
    default:
      return "- loss: cross-entropy of the answers alone, the mean over the parts of the rows of a step";
  }
}

function seenLines(result: TrainingResult): string[] {
  const { trainLoss, reward, devLoss, steps, stepsPlanned, bestStep } = result;
  const early = steps < stepsPlanned ? ", stopped early" : "";
  const dev =
    devLoss.after === null
      ? ["- no rows for dev: nothing says how it does on other competitions"]
      : [`- dev loss ${places(devLoss.before)} before, ${places(devLoss.after)} after`];
  return [
    `- ${steps} of ${stepsPlanned} steps${early}; the weights are those of step ${bestStep}`,
    `- loss of the first step ${places(trainLoss.first)}, of the last ${places(trainLoss.last)}`,
    ...(reward.first === null
      ? []
      : [
          `- mean reward of the first step ${places(reward.first)}, of the last ${places(reward.last)}`,
        ]),
    ...dev,
  ];
}

function places(loss: number | null): string {
  return loss === null ? "unknown" : loss.toFixed(4);
}
