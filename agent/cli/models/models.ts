import { Command } from "@commander-js/extra-typings";
import pc from "picocolors";
import { showCount, showSeconds, showUsd } from "../../../runs/report/formats.ts";
import { Config } from "../../config.ts";
import { serveCommand } from "../distill/serve/serve.ts";
import { readEnvironment } from "../environment.ts";
import { routeModels } from "../open/model-routing.ts";
import { type CommandContext, programContext } from "../runs/context.ts";
import { resolveSettings } from "../settings.ts";
import { exitCodes } from "../terminal/failures.ts";
import { openProgress } from "../terminal/progress.ts";
import { table } from "../terminal/table.ts";
import { type Examination, examineModel } from "./check.ts";
import { mergeCommand } from "./merge/merge.ts";
import { readRouteReport, routeText, writeRoutePlot } from "./route-report.ts";

/** `mle-star models check`: tests what the configured models can do, before a run depends on it. */
export function modelsCommand(context: CommandContext = programContext()) {
  const check = new Command("check")
    .description(
      "Test each configured model: a hello, structured output, a long answer; print seconds, price and capabilities. Exit code 1 when a model other than a fallback fails.",
    )
    .option("--model <name>", Config.shape.model.description)
    .option("--base-url <address>", Config.shape.baseUrl.description)
    .option("--config <file>", "YAML file of settings, as for run")
    .option("--set <key=value>", "any setting of run; repeatable", collect, [])
    .option("--runs-dir <folder>", "folder of the runs", "runs")
    .option("--json", "print one JSON object")
    .action(async (options) => {
      const environment = readEnvironment();
      const config = resolveSettings(options, environment.all);
      const progress = openProgress(process.stderr, options.json === true);
      const routing = await routeModels(config, environment, options.runsDir, progress.line);
      progress.line(`models: ${routing.describe}`);
      const isRecorded = config.model.startsWith("replay:");
      const asked = routing.all.filter(({ model }) => model !== routing.playbook && !isRecorded);
      // One after the other: a local server holds one model at a time.
      const found: Examination[] = [];
      for (const { model, isFallback } of asked) found.push(await examineModel(model, isFallback));
      progress.close();
      const ok = found.every((each) => each.ok || each.isFallback);
      const text =
        options.json === true
          ? JSON.stringify({ ok, routing: routing.describe, models: found })
          : [...found.map(examinationText), ...(found.length === 0 ? [NONE] : [])].join("\n");
      process.stdout.write(`${text}\n`);
      process.exitCode = ok ? exitCodes.ok : exitCodes.failed;
    });
  return new Command("models")
    .description("Test the configured models, compare what they were worth; let open ones answer.")
    .addCommand(check)
    .addCommand(routeReportCommand())
    .addCommand(serveCommand("serve-local", context))
    .addCommand(mergeCommand(context));
}

/** `mle-star models route-report`: what each model and team was worth in each role, and what it cost. */
function routeReportCommand() {
  return new Command("route-report")
    .description(
      "Compare quality and cost of every model and team in each role, by what came of its answers when they were executed: a table, and with --plot a picture.",
    )
    .argument("[runs...]", "runs to read; all by default")
    .option("--runs-dir <folder>", "folder of the runs", "runs")
    .option("--plot <file>", "write quality against cost as SVG")
    .option("--json", "print one JSON object")
    .action(async (references, { runsDir, plot, json }) => {
      const report = await readRouteReport(runsDir, references);
      if (plot !== undefined) await writeRoutePlot(report, plot);
      process.stdout.write(json === true ? `${JSON.stringify(report)}\n` : routeText(report));
    });
}

const NONE = "no language model is configured: nothing to test";

function examinationText({
  model,
  isFallback,
  probes,
  tokens,
  usd,
  estimated,
  capabilities,
}: Examination) {
  const rows = probes.map(({ what, ok, found, seconds }) => {
    const mark = ok ? pc.green("ok") : pc.red("FAIL");
    return [`  ${mark}`, what, showSeconds(seconds), found];
  });
  const lines = table(rows, (column) => column === 2);
  const reported = Object.entries(capabilities).map(([name, value]) => `${name}: ${value}`);
  const spent = `${showCount(tokens)} tokens${estimated ? " (estimated)" : ""}, ${usd === null ? "price unknown" : showUsd(usd)}`;
  const head = `${model}${isFallback ? " (fallback)" : ""}: ${spent}`;
  return [head, ...lines, ...(reported.length === 0 ? [] : [`  ${reported.join("; ")}`])].join(
    "\n",
  );
}

function collect(value: string, all: string[]): string[] {
  return [...all, value];
}
