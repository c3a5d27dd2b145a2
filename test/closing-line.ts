import { appendFileSync, readFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";

/** What one call of vitest found: counts of tests, and how long each file took. */
type Results = {
  passed: number;
  failed: number;
  skipped: number;
  /** Tests that passed at a second try only. */
  retried: string[];
  files: { path: string; seconds: number }[];
};

const SLOWEST = 10;

/**
 * Ends every test run with the slowest files, tests that failed at first, and one plain line: `N passed, N failed, N skipped`.
 * A run made of several calls of vitest names a file in TEST_RESULTS: each call adds its results to it, a JSON
 * object a line, and reports all that is in it.
 */
export class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const all = withEarlier(resultsOf(modules, unhandled));
    const sum = (count: (results: Results) => number): number =>
      all.reduce((total, results) => total + count(results), 0);
    const slowest = all
      .flatMap(({ files }) => files)
      .sort((a, b) => b.seconds - a.seconds)
      .slice(0, SLOWEST)
      .map(({ path, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${path}\n`);
    const line = [
      `${sum(({ passed }) => passed)} passed`,
      `${sum(({ failed }) => failed)} failed`,
      `${sum(({ skipped }) => skipped)} skipped`,
    ].join(", ");
    const retried = all.flatMap((results) => results.retried);
    const second =
      retried.length === 0 ? "" : `passed at the second try only:\n${retried.join("")}\n`;
    process.stdout.write(`slowest files:\n${slowest.join("")}\n${second}${line}\n`);
  }
}

function resultsOf(modules: readonly TestModule[], unhandled: readonly unknown[]): Results {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const states = tests.map((test) => test.result().state);
  const count = (state: string): number => states.filter((each) => each === state).length;
  // A file that fails to load holds no tests, and a hook that fails skips those of its block: one failure each.
  const blocks = modules.flatMap((module) => [module, ...module.children.allSuites()]);
  const broken = blocks.filter((block) => block.errors().length > 0).length + unhandled.length;
  return {
    passed: count("passed"),
    failed: count("failed") + broken,
    skipped: count("skipped"),
    retried: tests
      .filter((test) => test.diagnostic()?.flaky === true)
      .map((test) => `  ${test.module.relativeModuleId}: ${test.fullName}\n`),
    files: modules.map((module) => ({ path: module.relativeModuleId, seconds: secondsOf(module) })),
  };
}

/** From the start of a file's imports, which may prepare much, to the end of its last hook. */
function secondsOf(module: TestModule): number {
  const { setupDuration, collectDuration, duration } = module.diagnostic();
  return (setupDuration + collectDuration + duration) / 1000;
}

function withEarlier(own: Results): Results[] {
  const file = process.env.TEST_RESULTS;
  if (file === undefined) return [own];
  appendFileSync(file, `${JSON.stringify(own)}\n`);
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  return lines.map((line): Results => JSON.parse(line));
}
