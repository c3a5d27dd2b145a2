import { Command } from "@commander-js/extra-typings";
import type { Event } from "../../../runs/events/events.ts";
import { findRun, runFiles } from "../../../runs/record/folder.ts";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import { showSeconds } from "../../../runs/report/formats.ts";
import { listRows } from "../../../runs/report/run-list.ts";
import { formatEvent } from "../../../runs/report/text/event-text.ts";
import { type CommandContext, programContext, subCommand, WHICH } from "./context.ts";
import { costText, readCost } from "./cost.ts";
import { exportCommand } from "./export/export.ts";
import { listLines } from "./list.ts";
import { openWithDesktop } from "./open.ts";
import { leaderboardText, showRun, showText } from "./show.ts";

/** `mle-star runs`: looks at runs that are there; changes nothing, also while a run is at work. */
export function runsCommand(context: CommandContext = programContext()): Command {
  const command = new Command("runs").description("look at finished and running runs");
  addList(command, context);
  addShow(command, context);
  addLog(command, context);
  addDiff(command, context);
  addOpen(command, context);
  addCost(command, context);
  addBundle(command, context);
  addReport(command, context);
  command.addCommand(exportCommand(context));
  return command;
}

function addList(parent: Command, context: CommandContext): void {
  const list = subCommand("list", "all runs, newest first", context)
    .argument("[competition]", "only runs of this competition")
    .action(async (competition, { runsDir, json }) => {
      const rows = await listRows(runsDir, competition ?? null);
      context.write(json ? toJson(rows) : listLines(rows, runsDir));
    });
  parent.addCommand(list);
}

function addShow(parent: Command, context: CommandContext): void {
  const show = subCommand("show", "the summary of a run and its tree of attempts", context)
    .argument("[run]", WHICH, "latest")
    .option("--leaderboard", "the candidates by their scores, in place of the tree", false)
    .action(async (run, { runsDir, json, leaderboard }) => {
      const shown = await showRun(await findRun(runsDir, run));
      context.write(json ? toJson(shown) : leaderboard ? leaderboardText(shown) : showText(shown));
    });
  parent.addCommand(show);
}

function addLog(parent: Command, context: CommandContext): void {
  const log = subCommand("log", "the journal of a run in words, a line per event", context)
    .argument("[run]", WHICH, "latest")
    .action(async (run, { runsDir, json }) => {
      const events = await readEvents(runFiles(await findRun(runsDir, run)).journal);
      const line = json ? (event: Event) => JSON.stringify(event) : logLine;
      context.write(events.map((event) => `${line(event)}\n`).join(""));
    });
  parent.addCommand(log);
}

function logLine(event: Event): string {
  return `${showSeconds(event.elapsed).padStart(8)}  ${formatEvent(event)}`;
}

function addDiff(parent: Command, context: CommandContext): void {
  const diff = subCommand("diff", "what the code of one attempt changed in another", context)
    .argument("<a>", "attempt, commit, or best")
    .argument("<b>", "attempt, commit, or best")
    .option("--run <run>", WHICH, "latest")
    .action(async (a, b, { run, runsDir, json }) => {
      // Loaded here, as what packs: the other commands start without them.
      const { diffAttempts, diffText } = await import("./diff.ts");
      const folder = await findRun(runsDir, run);
      const found = await diffAttempts(folder, a, b, context.path);
      const same = `${a} and ${b} hold the same code\n`;
      context.write(json ? toJson(found) : found.diff === "" ? same : diffText(found));
    });
  parent.addCommand(diff);
}

function addOpen(parent: Command, context: CommandContext): void {
  const open = subCommand("open", "print a run's folder; on a terminal, open it too", context)
    .argument("[run]", WHICH, "latest")
    .action(async (run, { runsDir, json }) => {
      const folder = await findRun(runsDir, run);
      context.write(json ? toJson({ folder, files: runFiles(folder) }) : `${folder}\n`);
      if (context.isTerminal && !json) await openWithDesktop(folder);
    });
  parent.addCommand(open);
}

function addCost(parent: Command, context: CommandContext): void {
  const cost = subCommand("cost", "what a run cost, by phase, role and model", context)
    .argument("[run]", WHICH, "latest")
    .action(async (run, { runsDir, json }) => {
      const found = await readCost(await findRun(runsDir, run));
      context.write(json ? toJson(found) : costText(found));
    });
  parent.addCommand(cost);
}

function addBundle(parent: Command, context: CommandContext): void {
  const bundle = subCommand("bundle", "an archive for a report of a bug", context)
    .summary("an archive for a report of a bug: no key, no label, data in samples only")
    .argument("[run]", WHICH, "latest")
    .option("--out <file>", "where to write it, a .tar.gz")
    .action(async (run, { runsDir, json, out }) => {
      const { bundleText, writeBundle } = await import("./bundle.ts");
      const made = await writeBundle(await findRun(runsDir, run), out ?? null, context);
      context.write(json ? toJson(made) : bundleText(made));
    });
  parent.addCommand(bundle);
}

function addReport(parent: Command, context: CommandContext): void {
  const report = subCommand("report", "a run as one HTML file, to read or to send", context)
    .argument("[run]", WHICH, "latest")
    .option("--out <file>", "where to write it, an .html or a .pdf")
    .option("--pdf", "write the same page as PDF, by a Chromium or Chrome of this machine", false)
    .option(
      "--importance",
      "measure first what the submitted solution loses when a column is mixed up: runs its scripts again, in the sandbox",
      false,
    )
    .option("--data <folder>", "the competition's folder for --importance, where it has moved")
    .action(async (run, { runsDir, json, out = null, pdf, importance, data = null }) => {
      // It draws: loaded only where it is wanted.
      const { writeReport } = await import("./report.ts");
      const made = await writeReport(
        await findRun(runsDir, run),
        { out, pdf, importance, data },
        context,
      );
      context.write(json ? toJson(made) : `${made.file} (${Math.ceil(made.bytes / 1024)} kB)\n`);
    });
  parent.addCommand(report);
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
