import { readdir, readlink, symlink } from "node:fs/promises";
import { join } from "node:path";
import { diskError, errorCode } from "../../errors.ts";
import { writeAtomically } from "../../record/atomic-file.ts";
import type { Attempt, AttemptState } from "../engine.ts";

/**
 * How a try is run on a machine that shares nothing with this one but the folder of the batch. What became of it is a
 * chain of links `turn-0`, `turn-1`, …, each made by exactly one, also over a network: `begin` (an engine may start
 * a job again, after preemption or eviction), `stop:<code>` (ended by a signal: may begin again), `end:<code>`, and
 * `given-up:<why>` or `cause:<why>`, by which `bench` takes a try from whoever might still begin it: as a victim, or
 * for what it did itself. Nothing begins after the last three.
 *
 * Arguments: the folder; whether to say every two seconds that it lives, and to kill what is left of its process group
 * once it does not; whether signals are to be passed on, where an
 * engine sends them to the first process only; a file of variables, or nothing; the command.
 */
const WORKER = `dir=$1 beats=$2 forwards=$3 variables=$4
shift 4
turn=0
take() { ln -s "$1" "$dir/turn-$turn" 2>/dev/null; }
while :; do
  if last=$(readlink "$dir/turn-$turn"); then
    case $last in end:*|given-up:*|cause:*) exit 0 ;; esac
    turn=$((turn + 1))
  elif take begin; then
    break
  elif ! readlink "$dir/turn-$turn" >/dev/null; then
    echo "$dir cannot be written on this machine" >&2
    exit 98
  fi
done
turn=$((turn + 1))
if [ "$beats" = yes ]; then
  (trap '' TERM INT HUP; while kill -0 $$; do : >"$dir/beat"; sleep 2; done; kill -KILL 0) >/dev/null 2>&1 &
fi
exec >>"$dir/log.txt" 2>&1 </dev/null
if [ -n "$variables" ]; then
  if [ -r "$variables" ]; then
    set -a
    . "$variables"
    set +a
  else
    echo "error: $variables: no such file on this machine"
  fi
fi
if [ "$forwards" = yes ]; then
  "$@" &
  child=$!
  trap 'kill -TERM $child 2>/dev/null' TERM INT
  while wait $child; code=$?; kill -0 $child 2>/dev/null; do :; done
else
  trap : INT TERM HUP
  "$@"
  code=$?
fi
if [ $code -gt 128 ]; then take "stop:$code"; else take "end:$code"; fi
exit $code
`;

/** How a job is to be looked after on the machine that it is given. */
export type WorkerOptions = { beats: boolean; forwards: boolean; variables: string | null };

/** The file of a try that an engine has `sh` run: in the worker's words, no shell reads what the command holds. */
export async function writeJobFile(attempt: Attempt, options: WorkerOptions): Promise<string> {
  const { beats, forwards, variables } = options;
  const flags = [beats, forwards].map((on) => (on ? "yes" : "no"));
  const words = [attempt.folder, ...flags, variables ?? "", ...attempt.command];
  const exports = Object.entries(attempt.env).map(
    ([name, value]) => `export ${name}=${quoted(value)}\n`,
  );
  const file = join(attempt.folder, "job.sh");
  await writeAtomically(
    file,
    `${exports.join("")}set -- ${words.map(quoted).join(" ")}\n${WORKER}`,
  );
  return file;
}

/** A word of a shell that means itself. */
export function quoted(word: string): string {
  return /^[\w./:=@%+,-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** What an engine knows of a try by now. `ours`: the engine ended it for what it did itself. */
export type Seen =
  | { kind: "there" }
  | { kind: "gone"; why: string | null }
  | { kind: "ended-for-cause"; why: string };

/** How a try stands by its folder, and by its engine where the folder leaves it open. */
export async function stateBy(folder: string, look: () => Promise<Seen>): Promise<AttemptState> {
  const settled = settledBy(await turnsOf(folder));
  if (settled !== null) return settled;
  const seen = await look();
  if (seen.kind === "there") return { kind: "running" };
  // Whoever began meanwhile lives.
  return settledBy(await giveUp(folder, seen)) ?? { kind: "running" };
}

/** What the turns settle; null while the try may still begin, or is at work. */
function settledBy(turns: readonly string[]): AttemptState | null {
  const last = turns.at(-1) ?? "";
  if (last.startsWith("end:")) return { kind: "ended", exitCode: Number(after(last)) };
  if (last.startsWith("cause:")) return { kind: "ended", exitCode: 1, why: after(last) };
  if (!last.startsWith("given-up:")) return null;
  const before = turns.at(-2) ?? "";
  if (before.startsWith("stop:")) return { kind: "ended", exitCode: Number(after(before)) };
  const why = after(last);
  return why === "" ? { kind: "lost" } : { kind: "lost", why };
}

function after(turn: string): string {
  return turn.slice(turn.indexOf(":") + 1);
}

/** The turns of a try, in order. */
export async function turnsOf(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return [];
    throw diskError(error, folder);
  });
  const count = names.filter((name) => /^turn-\d+$/u.test(name)).length;
  return Promise.all(
    Array.from({ length: count }, (_, turn) => readlink(join(folder, `turn-${turn}`))),
  );
}

/** Takes the next turn, if nobody else does: the turns by then. */
async function giveUp(folder: string, seen: Exclude<Seen, { kind: "there" }>): Promise<string[]> {
  const turns = await turnsOf(folder);
  if (settledBy(turns) !== null) return turns;
  const turn = seen.kind === "gone" ? `given-up:${seen.why ?? ""}` : `cause:${seen.why}`;
  try {
    await symlink(turn, join(folder, `turn-${turns.length}`));
    return [...turns, turn];
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw diskError(error, folder);
    return turnsOf(folder);
  }
}
