import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import {
  CompetitionInvalid,
  Interrupted,
  LimitReached,
  RefereeUnavailable,
  RunRefused,
  reportedError,
} from "../../runs/errors.ts";

const SERVICE = fileURLToPath(new URL("./python/service.py", import.meta.url));
const STDERR_KEPT = 2000;
const MIN_SECONDS = 5;
/** Operations that grow with the data: what the run's time limit cuts of them is no hang, and the run can do without. */
const ENDED_BY_LIMIT = ["open", "input", "judge", "diagnose"];
const AGAIN = "run the same command again (`mle-star doctor` checks this machine)";

const Reply = z.union([
  z.object({ id: z.number(), error: z.enum(["invalid", "refused", "fault"]), message: z.string() }),
  z.object({ id: z.number(), value: z.unknown() }),
]);
type Reply = z.infer<typeof Reply>;

/** One operation of `python/service.py`. */
type Request = { op: string; params: Record<string, unknown> };

type Options = {
  python: string;
  /** Sent first to every fresh process: it opens the competition. `check` throws when its answer will not do. */
  greeting: (Request & { check: (value: unknown) => void }) | null;
  /** A request that takes longer is a hang. */
  timeoutSeconds: number;
  /** Seconds until the run's time limit, null without one; left out: there is no run. */
  secondsLeft?: () => number | null;
  signal: AbortSignal | null;
};

type Pending = { resolve: (reply: Reply) => void; reject: (reason: Error) => void };

/** The process that a request was sent to ended before it answered. */
class ProcessEnded extends Error {}

/** One started interpreter: a process group of its own, with the requests it has not answered yet. */
class Interpreter {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly pending = new Map<number, Pending>();
  private stderr = "";
  private ended: Error | null = null;

  constructor(python: string) {
    this.child = spawn(python, ["-I", "-B", SERVICE], {
      detached: true,
      // Nothing of the caller's environment, secrets least of all, reaches it.
      env: { PATH: "/usr/local/bin:/usr/bin:/bin", LANG: "C.UTF-8", OMP_NUM_THREADS: "1" },
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.child.on("error", (error) => this.end(`cannot start ${python}: ${error.message}`));
    this.child.on("close", (code, signal) => this.end(`ended with ${signal ?? `code ${code}`}`));
    // A broken pipe comes before "close", which knows why; without a listener it would end our own process.
    this.child.stdin.on("error", () => this.killGroup());
    this.child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.stderr = (this.stderr + text).slice(-STDERR_KEPT);
    });
    createInterface({ input: this.child.stdout }).on("line", (line) => this.read(line));
    this.hold(false);
  }

  get hasEnded(): boolean {
    return this.ended !== null;
  }

  ask(id: number, request: Request): Promise<Reply> {
    if (this.ended !== null) return Promise.reject(this.ended);
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      this.hold(true);
      this.child.stdin.write(`${JSON.stringify({ id, ...request })}\n`);
    });
  }

  kill(why: string): void {
    this.killGroup();
    this.end(why);
  }

  private killGroup(): void {
    if (this.child.pid === undefined || this.child.exitCode !== null || this.ended !== null) return;
    try {
      process.kill(-this.child.pid, "SIGKILL");
    } catch (error) {
      // Already gone is what was wanted.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  private read(line: string): void {
    let reply: Reply;
    try {
      reply = Reply.parse(JSON.parse(line));
    } catch {
      this.kill(`answered nonsense: ${line.slice(0, 200)}`);
      return;
    }
    const pending = this.pending.get(reply.id);
    this.pending.delete(reply.id);
    if (this.pending.size === 0) this.hold(false);
    pending?.resolve(reply);
  }

  private end(why: string): void {
    if (this.ended !== null) return;
    const said = this.stderr.trim().split("\n").slice(-3).join(" | ");
    this.ended = new ProcessEnded(said === "" ? why : `${why}: ${said}`);
    for (const { reject } of this.pending.values()) reject(this.ended);
    this.pending.clear();
    this.hold(false);
  }

  /** An idle referee must not keep the program alive; one at work must. */
  private hold(working: boolean): void {
    const streams = [this.child.stdin, this.child.stdout, this.child.stderr];
    for (const each of [this.child, ...(streams as unknown as { ref(): void; unref(): void }[])]) {
      if (working) each.ref();
      else each.unref();
    }
  }
}

/** The warm Python process behind a referee: started when first needed, once again after a crash or a hang. */
export class RefereeProcess {
  private readonly options: Options;
  private current: Interpreter | null = null;
  private lastId = 0;
  private closed = false;

  constructor(options: Options) {
    this.options = options;
    options.signal?.addEventListener("abort", () => this.current?.kill("interrupted"), {
      once: true,
    });
  }

  /** Asks for one operation and reads its value; operations are repeatable, so a crash or a hang is tried once more. */
  async request<T>(schema: z.ZodType<T>, op: string, params: Request["params"]): Promise<T> {
    const request = { op, params };
    let reply: Reply;
    try {
      reply = await this.send(request);
    } catch (error) {
      if (!(error instanceof ProcessEnded)) throw error;
      reply = await this.send(request).catch((again: unknown) => {
        if (!(again instanceof ProcessEnded)) throw again;
        throw faultOf(again.message, `the referee process ${again.message} (twice, at ${op})`);
      });
    }
    const value = schema.safeParse(readValue(reply, op));
    if (value.success) return value.data;
    throw new RefereeUnavailable(
      `the referee answered ${op} with nonsense: ${z.prettifyError(value.error).replace(/\s+/gu, " ")}; ${AGAIN}`,
    );
  }

  close(): void {
    this.closed = true;
    this.current?.kill("closed");
    this.current = null;
  }

  private async send(request: Request): Promise<Reply> {
    this.check();
    if (this.current === null || this.current.hasEnded) {
      this.current = new Interpreter(this.options.python);
      const { greeting } = this.options;
      if (greeting !== null && greeting.op !== request.op) {
        const { op, params, check } = greeting;
        check(readValue(await this.timed(this.current, { op, params }), op));
      }
    }
    return this.timed(this.current, request);
  }

  private async timed(interpreter: Interpreter, request: Request): Promise<Reply> {
    const own = this.options.timeoutSeconds;
    const left = this.options.secondsLeft?.() ?? null;
    // What the end of a run asks for has a moment also when its time is over.
    const seconds = left === null ? own : Math.min(own, Math.max(MIN_SECONDS, left));
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      interpreter.kill(`did not answer within ${seconds} s`);
    }, seconds * 1000);
    try {
      this.lastId += 1;
      return await interpreter.ask(this.lastId, request);
    } catch (error) {
      this.check();
      const isCut = timedOut && seconds < own && ENDED_BY_LIMIT.includes(request.op);
      // A hang is like a crash: the process is started once more.
      throw isCut ? new LimitReached("seconds") : error;
    } finally {
      clearTimeout(timer);
    }
  }

  private check(): void {
    if (this.options.signal?.aborted) throw new Interrupted("interrupted while judging");
    if (this.closed) throw new RefereeUnavailable("the referee is closed");
  }
}

/** A reply's value; the user's mistakes and the process's own faults are thrown by name. */
function readValue(reply: Reply, op: string): unknown {
  if (!("error" in reply)) return reply.value;
  if (reply.error === "invalid") throw new CompetitionInvalid(reply.message);
  if (reply.error === "refused") throw new RunRefused(reply.message);
  throw faultOf(reply.message, `the referee failed at ${op}: ${reply.message}`);
}

/** What the system refused to the referee, by the file that Python names; else the failure as it is, and what to do. */
function faultOf(said: string, failure: string): Error {
  const place = /'(?<path>\/[^']+)'/u.exec(said)?.groups?.path ?? "the referee's folder";
  return reportedError(said, place) ?? new RefereeUnavailable(`${failure}; ${AGAIN}`);
}
