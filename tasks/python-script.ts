import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { diskError, Fault, reportedError } from "../runs/errors.ts";
import { inTime } from "../runs/patience.ts";

/** A look at the data that takes longer is a hang: very large tables are sampled. */
const PATIENCE_SECONDS = 1800;

/** The interpreter, and what ends a script before its own end. */
type Running = { python: string; signal: AbortSignal | null };

/**
 * Runs one of our Python scripts on what it reads as JSON and returns the JSON that it writes; throws a `Fault`.
 * `doing` says what the script does, as in "profiling houses".
 */
export async function runScript(
  { python, signal }: Running,
  script: string,
  input: unknown,
  doing: string,
): Promise<unknown> {
  const child = spawn(python, ["-I", "-B", script], {
    // Nothing of the caller's environment reaches it, and one thread is enough.
    env: { PATH: "/usr/local/bin:/usr/bin:/bin", LANG: "C.UTF-8", OMP_NUM_THREADS: "1" },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const ended = new Promise<string>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(signal ?? `code ${code}`));
  });
  // When the pipe breaks because the process ended, its exit code says why.
  child.stdin.on("error", () => child.stdin.destroy());
  child.stdin.end(JSON.stringify(input));
  const answer = Promise.all([
    ended.catch((error: unknown) => {
      throw diskError(error, `cannot start ${python} for ${doing}`);
    }),
    text(child.stdout),
    text(child.stderr),
  ]);
  const inPatience = await inTime(answer, PATIENCE_SECONDS, signal);
  if (inPatience === null) {
    child.kill("SIGKILL");
    child.stdout.destroy();
    child.stderr.destroy();
    signal?.throwIfAborted();
    throw new Fault(
      `${doing} did not end within ${PATIENCE_SECONDS} s; run the same command again`,
    );
  }
  const [end, output, errors] = inPatience.value;
  if (end !== "code 0") {
    const said = errors.trim().split("\n").at(-1) ?? "";
    const what = `${doing} ended with ${end}`;
    const why = said === "" ? "" : `: ${said}`;
    throw reportedError(said, what) ?? new Fault(`${what}${why}; run the same command again`);
  }
  return JSON.parse(output);
}
