import { statfs } from "node:fs/promises";
import { Command } from "@commander-js/extra-typings";
import { execa } from "execa";
import pc from "picocolors";
import { probeDocker } from "../../sandbox/choose.ts";
import { findGpus } from "../../sandbox/gpus.ts";
import { readMachine, shareMachine } from "../../sandbox/machine.ts";
import { pythonEnvironment } from "../../sandbox/python-environment.ts";
import { Config } from "../config.ts";
import { checkModel } from "../models/check-model.ts";
import { type Environment, readEnvironment } from "./environment.ts";
import { exitCodes } from "./failures.ts";
import { castModels } from "./models.ts";
import { openProgress } from "./progress.ts";

/** One thing that was looked at. `isNeeded`: without it `run` fails. */
type Check = { what: string; ok: boolean; isNeeded: boolean; result: string; fix: string | null };

const LEAST_FREE_GB = 5;

/** `mle-star doctor`: what this machine has and lacks, and what to do about it. */
export function doctorCommand() {
  return new Command("doctor")
    .description(
      "Check this machine: Node, git, Python, container engine, disk, memory, GPU, model. Exit code 1 when `run` would fail.",
    )
    .option("--json", "one JSON object on standard output")
    .action(async (options) => {
      const environment = readEnvironment();
      const progress = openProgress(process.stderr, options.json === true);
      const checks = await examine(environment, progress.line);
      progress.close();
      const ok = checks.every((check) => check.ok || !check.isNeeded);
      process.stdout.write(
        options.json === true
          ? `${JSON.stringify({ ok, checks })}\n`
          : `${checks.map(toLine).join("\n")}\n`,
      );
      process.exitCode = ok ? exitCodes.ok : exitCodes.failed;
    });
}

async function examine(environment: Environment, report: (line: string) => void): Promise<Check[]> {
  return [
    nodeCheck(),
    await gitCheck(),
    await pythonCheck(environment, report),
    await dockerCheck(),
    await machineCheck(environment),
    await diskCheck(),
    await modelCheck(environment),
  ];
}

function nodeCheck(): Check {
  return { what: "Node.js", ok: true, isNeeded: true, result: process.version, fix: null };
}

async function gitCheck(): Promise<Check> {
  const { exitCode, stdout } = await execa("git", ["--version"], { reject: false });
  const ok = exitCode === 0;
  return {
    what: "git",
    ok,
    isNeeded: true,
    result: ok ? stdout : "not found",
    fix: ok ? null : "install git",
  };
}

async function pythonCheck(
  environment: Environment,
  report: (line: string) => void,
): Promise<Check> {
  const base = { what: "Python", isNeeded: true };
  try {
    const { cacheDir, python: override } = environment;
    const { python, packages, missingExtras } = await pythonEnvironment({
      cacheDir,
      override,
      report,
    });
    const missing =
      missingExtras.length === 0 ? "" : `; extras not there: ${missingExtras.join(", ")}`;
    return {
      ...base,
      ok: true,
      result: `${python}, ${packages.length} packages${missing}`,
      fix: null,
    };
  } catch (error) {
    return { ...base, ok: false, result: "no environment", fix: messageOf(error) };
  }
}

async function dockerCheck(): Promise<Check> {
  const { ok, result } = await probeDocker();
  const fix = ok
    ? null
    : "start Docker (or set DOCKER_HOST); until then only the playbook runs, or --sandbox process at your own risk";
  return { what: "Docker", ok, isNeeded: false, result, fix };
}

async function machineCheck({ gpus: view }: Environment): Promise<Check> {
  const machine = await readMachine();
  const { slots, limits } = shareMachine(machine, null);
  const found = await findGpus(view);
  const gpus = found.length === 0 ? "no GPU" : `${found.length} GPU(s)`;
  const result = `${machine.cores} cores, ${machine.memoryMb} MB, ${gpus}: ${slots} execution(s) side by side, ${limits.memoryMb} MB each`;
  const ok = limits.memoryMb >= 1024;
  return {
    what: "machine",
    ok,
    isNeeded: false,
    result,
    fix: ok ? null : "free some memory; scripts may run out of it",
  };
}

async function diskCheck(): Promise<Check> {
  const { bavail, bsize } = await statfs(process.cwd());
  const free = (bavail * bsize) / 1024 ** 3;
  const ok = free >= LEAST_FREE_GB;
  return {
    what: "disk",
    ok,
    isNeeded: false,
    result: `${free.toFixed(1)} GB free here`,
    fix: ok ? null : `free at least ${LEAST_FREE_GB} GB, or use --runs-dir elsewhere`,
  };
}

async function modelCheck(environment: Environment): Promise<Check> {
  const base = { what: "model", isNeeded: true };
  try {
    const cast = await castModels(
      Config.parse({ fallback: "none" }),
      environment,
      "runs",
      () => undefined,
    );
    if (cast.isPlaybookOnly) return { ...base, ok: true, result: cast.describe, fix: null };
    return {
      ...base,
      ok: true,
      result: `${cast.describe}: ${await checkModel(cast.modelFor("planner"))}`,
      fix: null,
    };
  } catch (error) {
    return { ...base, ok: false, result: "does not answer", fix: messageOf(error) };
  }
}

function toLine({ what, ok, isNeeded, result, fix }: Check): string {
  const mark = ok ? pc.green("ok  ") : isNeeded ? pc.red("FAIL") : pc.yellow("warn");
  return `${mark} ${what.padEnd(8)} ${result}${fix === null ? "" : `\n     → ${fix}`}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
