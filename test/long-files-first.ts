import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files that take minutes though they are short: vitest, which knows only their size on a fresh clone, would begin
 * them last and wait for one of them with a core idle. The slowest files at the end of a run's output show which others belong here.
 */
export const longFiles = [
  "test/agent/run/ask/ask.test.ts",
  "test/agent/models/anthropic/bad-days.test.ts",
  "test/agent/models/playbook/variants.test.ts",
  "test/agent/models/playbook/scripts.test.ts",
  "test/agent/search/examples.test.ts",
  "test/tasks/referee/process.test.ts",
  "test/tasks/referee/blend.test.ts",
  "test/tasks/referee/canary.test.ts",
  "test/tasks/referee/split/view-properties.test.ts",
  "test/tasks/referee/multiple-comparisons.test.ts",
  "test/end-to-end/data/cases.test.ts",
  "test/end-to-end/data/generated.test.ts",
  "test/end-to-end/data/files.test.ts",
  "test/end-to-end/run.test.ts",
  "test/end-to-end/doctor.test.ts",
  "test/end-to-end/pack.test.ts",
  "test/end-to-end/secrets.test.ts",
  "test/end-to-end/faults/kill.test.ts",
  "test/end-to-end/faults/signals.test.ts",
  "test/runs/viewer/browser/live.test.ts",
  "test/sandbox/containers/agent-image.test.ts",
  "test/zoo/zoo.test.ts",
];

/** The order of vitest, with the long files before all others of their group. */
export class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean =>
      longFiles.some((path) => moduleId.endsWith(`/${path}`));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
