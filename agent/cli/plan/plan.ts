import { Command } from "@commander-js/extra-typings";
import { UserError } from "../../../runs/errors.ts";
import { redactorOf, secretsOf } from "../../../runs/record/secrets.ts";
import { showText, showUsd } from "../../../runs/report/formats.ts";
import { Config } from "../../config.ts";
import { calibrationText } from "../../policies/plans/isotonic.ts";
import { readEnvironment } from "../environment.ts";
import { GIVEN_OPTIONS } from "../given.ts";
import { resolveSettings } from "../settings.ts";
import { openProgress } from "../terminal/progress.ts";
import { type Planned, planCompetition } from "./plan-competition.ts";

/** `mle-star plan <competition>`: constraints, plans, scores and choice of a next step, without running anything. */
export function planCommand() {
  return new Command("plan")
    .description(
      "Plan the next change of a competition's best script, vet the plans and say which would be run; no script runs. Without an earlier run a first script is written.",
    )
    .argument("<competition>", "id of a shipped competition, mle-bench:<id>, or path of a folder")
    .option(...GIVEN_OPTIONS.target)
    .option(...GIVEN_OPTIONS.type)
    .option(...GIVEN_OPTIONS.metric)
    .option("--model <name>", Config.shape.model.description)
    .option("--base-url <address>", Config.shape.baseUrl.description)
    .option("--plans <n>", "plans that are made", "3")
    .option("--plan-verify <how>", Config.shape.planVerify.description, "exec+llm")
    .option("--plan-threshold <score>", Config.shape.planThreshold.description)
    .option("--plan-algorithm <name>", Config.shape.planAlgorithm.description)
    .option("--plan-ucb <formula>", Config.shape.planUcb.description)
    .option("--config <file>", "YAML file of settings")
    .option("--runs-dir <folder>", "folder of the runs", "runs")
    .option("--json", "print one JSON object")
    .action(async (reference, options) => {
      const { target, type, metric, runsDir, plans, json } = options;
      const count = Number(plans);
      if (!Number.isInteger(count) || count < 1)
        throw new UserError(`--plans "${plans}": expected a whole number of 1 or more`);
      const environment = readEnvironment();
      const config = resolveSettings({ ...options }, environment.all);
      const redact = redactorOf(secretsOf(process.env, process.argv));
      const progress = openProgress(process.stderr, json === true, redact);
      try {
        const given = { target, type, metric };
        const wanted = { reference, given, config, environment, runsDir };
        const planned = await planCompetition(wanted, count, progress);
        process.stdout.write(json ? `${JSON.stringify(planned)}\n` : planText(planned));
      } finally {
        progress.close();
      }
    });
}

function planText(planned: Planned): string {
  const { script, block, constraints, plans, chosen, ways, calibration, threshold, spent } =
    planned;
  const said = plans.flatMap(({ vetted, turns }, index) => {
    const { plan, score, violations, verdict, accepted, method } = vetted;
    const counts =
      verdict === null
        ? ""
        : ` (gain ${verdict.gain}, grounded ${verdict.grounded}, feasible ${verdict.feasible})`;
    const anew = turns.map((turn) => `${turn.method} ${turn.score ?? "none"}`).join(", ");
    const from = method === "given" ? "" : `, written by ${method}`;
    return [
      `${index + 1}. ${accepted ? "accepted" : "refused"}, score ${score ?? "none"}${counts}${from}`,
      `   ${showText(plan, 1000)}`,
      ...violations.map(({ check, why }) => `   fails ${check}: ${showText(why)}`),
      ...(verdict === null || verdict.why === "" ? [] : [`   ${showText(verdict.why, 400)}`]),
      ...(anew === "" ? [] : [`   written anew: ${anew}`]),
    ];
  });
  return [
    `script: ${script}; block: ${block ?? "any"}`,
    "constraints:",
    ...constraints.map((each) => `- ${showText(each)}`),
    `ways of writing a plan: ${ways.map(({ method, prior }) => `${method} ${prior.toFixed(2)}`).join(", ")}`,
    calibrationText(calibration, threshold),
    "plans:",
    ...said,
    chosen === null ? "none would be run" : `plan ${chosen} would be run`,
    `${spent.calls} model calls, ${spent.tokens} tokens, ${showUsd(spent.usd)}; no script was run`,
    "",
  ].join("\n");
}
