import { execFile } from "node:child_process";
import { promisify } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { pythonFloat, readPythonJson } from "../../../../tasks/mle-bench/grading/python-json.ts";
import { aggregate, isoLocal, reportOf } from "../../../../tasks/mle-bench/grading/report.ts";
import {
  experimentsText,
  gradingReportText,
  metadataText,
  submissionsText,
  upstreamTimestamp,
} from "../../../../tasks/mle-bench/grading/upstream-files.ts";

const board = {
  isLowerBetter: true,
  thresholds: { gold: 0.00001, silver: 1, bronze: 2.5, median: 1e16 },
};

// What upstream writes of these values with json.dump(report, f, indent=2).
const REPORT = `{
  "total_runs": 2,
  "total_runs_with_submissions": 1,
  "total_valid_submissions": 1,
  "total_medals": 0,
  "total_gold_medals": 0,
  "total_silver_medals": 0,
  "total_bronze_medals": 0,
  "total_above_median": 0,
  "competition_reports": [
    {
      "competition_id": "us-patent-phrase-to-phrase-matching",
      "score": NaN,
      "gold_threshold": 1e-05,
      "silver_threshold": 1.0,
      "bronze_threshold": 2.5,
      "median_threshold": 1e+16,
      "any_medal": false,
      "gold_medal": false,
      "silver_medal": false,
      "bronze_medal": false,
      "above_median": false,
      "submission_exists": true,
      "valid_submission": true,
      "is_lower_better": true,
      "created_at": "2026-11-29T18:00:00.123000",
      "submission_path": "/runs/\\u00e9/submission.csv"
    },
    {
      "competition_id": "b",
      "score": null,
      "gold_threshold": 1e-05,
      "silver_threshold": 1.0,
      "bronze_threshold": 2.5,
      "median_threshold": 1e+16,
      "any_medal": false,
      "gold_medal": false,
      "silver_medal": false,
      "bronze_medal": false,
      "above_median": false,
      "submission_exists": false,
      "valid_submission": false,
      "is_lower_better": true,
      "created_at": "2026-11-29T18:00:00.123000",
      "submission_path": "None"
    }
  ]
}`;

const at = "2026-11-29T18:00:00.123000";
const reports = aggregate([
  reportOf(
    {
      id: "us-patent-phrase-to-phrase-matching",
      score: Number.NaN,
      exists: true,
      path: "/runs/é/submission.csv",
      at,
    },
    board,
  ),
  reportOf({ id: "b", score: null, exists: false, path: null, at }, board),
]);

test("a grading report is upstream's, byte for byte, and so is a score that is no number", () => {
  expect(gradingReportText(reports)).toBe(REPORT);
});

test("a report with NaN is read again", () => {
  expect(readPythonJson(REPORT)).toEqual({ ...reports });
  expect(readPythonJson('["NaN", "a \\" Infinity", NaN, -Infinity]')).toEqual([
    "NaN",
    'a " Infinity',
    Number.NaN,
    Number.NEGATIVE_INFINITY,
  ]);
});

test("Python writes the same numbers", async () => {
  const numbers = [0, -0, 1, 100, 0.1, 1e-4, 9.9e-5, 1e15, 123456789012345680, 1e16, 1.5e300, -2.5];
  const more = fc.sample(fc.double({ noNaN: true, noDefaultInfinity: true }), {
    numRuns: 300,
    seed: 3,
  });
  const all = [...numbers, ...more];
  const bytes = Buffer.alloc(8 * all.length);
  for (const [place, value] of all.entries()) bytes.writeDoubleLE(value, 8 * place);
  const program = `import struct,sys;print("\\n".join(map(repr,struct.unpack("<${all.length}d",bytes.fromhex(sys.argv[1])))))`;
  const { stdout } = await promisify(execFile)("python3", ["-c", program, bytes.toString("hex")]);
  expect(all.map(pythonFloat)).toEqual(stdout.trimEnd().split("\n"));
});

test("the other files are as upstream's tools write them", () => {
  const line = {
    competition_id: "a",
    submission_path: "x/s.csv",
    logs_path: null,
    code_path: null,
  };
  expect(submissionsText([line])).toBe(
    '{"competition_id": "a", "submission_path": "x/s.csv", "logs_path": null, "code_path": null}\n',
  );
  const metadata = { run_group: "g", created_at: "t", runs: { a_1: { success: true } } };
  expect(metadataText(metadata)).toBe(
    '{\n    "run_group": "g",\n    "created_at": "t",\n    "runs": {\n        "a_1": {\n            "success": true\n        }\n    }\n}',
  );
  expect(experimentsText([{ experiment: "mine", group: "g" }])).toBe(
    "experiment_id,run_group\nmine,g\n",
  );
  expect(upstreamTimestamp(new Date("2026-11-29T18:10:05.5Z"))).toBe("2026-11-29T18-10-05-GMT");
  expect(isoLocal(new Date(2026, 0, 2, 3, 4, 5, 6))).toBe("2026-01-02T03:04:05.006000");
});
