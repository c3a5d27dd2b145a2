import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { ConfigInvalid, Fault } from "../../../../runs/errors.ts";
import { parseJson } from "../../../../runs/record/journal-lines.ts";
import { sha256 } from "../../../../runs/sha256.ts";
import { withoutNetwork } from "../../../../sandbox/bubblewrap/no-network.ts";
import { endGroup } from "../../../../sandbox/linux/processes.ts";
import { IN_FULL } from "../../../distill/asked.ts";
import { startProgram } from "../python-program.ts";
import { openBridge } from "./bridge.ts";
import { findModel, sharedAsked } from "./local-folder.ts";
import { BELOW, foldersOf, type LocalModel, PLAUSIBLE } from "./mixture.ts";

const program = fileURLToPath(new URL("../../../distill/trainer/serve.py", import.meta.url));

const ServerEvent = z.discriminatedUnion("event", [
  z.object({ event: z.literal("listening") }),
  z.object({ event: z.literal("failed"), message: z.string() }),
]);

export type ServeOptions = {
  python: string;
  model: LocalModel;
  /** What it is called in answers. */
  name: string;
  cwd: string;
  cacheDir: string;
  host: string;
  /** 0: any that is free. */
  port: number;
  device: "auto" | "cpu" | "cuda";
};

/** A model that answers in a process of its own, until it is closed or this process ends. */
export type ServedModel = AsyncDisposable & {
  /** Of the Chat Completions API. */
  url: string;
  /** The file that it listens on; `url` leads there. */
  socket: string;
  /** Whether no network is there for its process, or only watched for in it. */
  hasNoNetwork: boolean;
  /** Settles when the process has ended by itself. */
  ended: Promise<string>;
};

/** Starts a model behind the Chat Completions API. Throws `ConfigInvalid` for a folder that holds none. */
export async function serveModel(options: ServeOptions): Promise<ServedModel> {
  const { model, name, cwd, host, port } = options;
  const places = [];
  for (const folder of foldersOf(model)) places.push(await findModel(folder, cwd));
  // Of this user alone, and short: the path of a socket has 107 bytes at most.
  const folder = await mkdtemp(join(tmpdir(), "mle-serve-"));
  const socket = join(folder, "socket");
  const { way = "alone", plausible = PLAUSIBLE, below = BELOW } = model.mixture ?? {};
  const shown = sharedAsked(places) ?? IN_FULL;
  const more = { plausible, below, asked: shown, device: options.device };
  const asked = { places, way, name, socket, ...more };
  const server = await startServer(options, asked, folder);
  try {
    const bridge = await openBridge(socket, { host, port });
    return {
      url: `http://${host}:${bridge.port}/v1`,
      socket,
      hasNoNetwork: server.hasNoNetwork,
      ended: server.ended,
      [Symbol.asyncDispose]: async () => {
        await bridge[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

type Server = AsyncDisposable & Pick<ServedModel, "hasNoNetwork" | "ended">;

/** Starts the program and waits until it listens; `folder` is that of its socket, and ends with it. */
async function startServer(
  { python, name, cacheDir }: ServeOptions,
  asked: object,
  folder: string,
): Promise<Server> {
  const logs = join(cacheDir, "served");
  await mkdir(logs, { recursive: true });
  const log = join(logs, `${sha256(name).slice(0, 16)}.log`);
  const command = [python, "-B", program, JSON.stringify(asked)] as const;
  const wrapped = await withoutNetwork(command, folder);
  // Nothing else can be written to.
  const env = { TMPDIR: folder };
  const child = startProgram(wrapped ?? command, { log, append: false, env });
  const ended = child.then(
    ({ signal, exitCode }) => `${signal ?? `code ${exitCode}`} (log: ${log})`,
  );
  const close = async (): Promise<void> => {
    // Its end is waited for, whatever else this process has to do.
    child.ref();
    endGroup(child.pid);
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const told = await Promise.race([firstWord(child.stdout), ended]);
  if (told === null || typeof told === "string" || told.event === "failed") {
    await close();
    if (told !== null && typeof told === "object")
      throw new ConfigInvalid(`model ${name}: ${told.message}`);
    throw new Fault(`model ${name} could not be loaded: it ended with ${await ended}`);
  }
  // It must not hold up this process.
  child.unref();
  return { hasNoNetwork: wrapped !== null, ended, [Symbol.asyncDispose]: close };
}

/** The first event that the server tells; null: it told none. */
async function firstWord(output: Readable): Promise<z.infer<typeof ServerEvent> | null> {
  const lines = createInterface({ input: output });
  for await (const line of lines) {
    const told = ServerEvent.safeParse(parseJson(line));
    if (told.success) return told.data;
  }
  return null;
}
