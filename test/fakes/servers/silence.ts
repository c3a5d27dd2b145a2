import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answerTo } from "../../end-to-end/scripted-answers.ts";
import { startChatServer } from "./chat-server.ts";
import { type Behavior, failing, saying } from "./loopback-server.ts";
import { startMessagesServer } from "./messages-server.ts";

/** A dependency that has gone silent: what a run needs to meet it. */
export type Silence = { flags: string[]; env: Record<string, string>; close(): Promise<unknown> };

type Call = { count: number; prompt: string };

/** Dependencies that never answer, each opened for one run; `python` is a real interpreter. */
export const silences: Record<string, (python: string) => Promise<Silence>> = {
  "the model, at the first call": () => messages(() => ({ does: "stalls", when: "at-once" })),
  "the model, at a later call": () =>
    messages(({ count, prompt }) =>
      count <= 3 ? saying(answerTo(prompt)) : { does: "stalls", when: "at-once" },
    ),
  "the model, in mid-stream": () => messages(() => ({ does: "stalls", when: "midway" })),
  "the model, after its headers": () => messages(() => ({ does: "stalls", when: "after-headers" })),
  "the model, which says to wait 300 s": () =>
    messages(() => failing(429, "slow down", { "retry-after": "300" })),
  "a model of the other protocol": async () => {
    const server = await startChatServer(() => ({ does: "stalls", when: "at-once" }));
    return {
      flags: ["--model", "openai:any", "--base-url", server.url],
      env: {},
      close: server.close,
    };
  },
  "the search": async () => {
    const { port, close } = await silentServer();
    const url = `http://127.0.0.1:${port}`;
    return {
      flags: ["--search", "searxng"],
      env: { SEARXNG_URL: url, MLE_STAR_SEARCH: "" },
      close,
    };
  },
  "the interpreter": () => interpreter("*"),
  "the profile of the data": (python) => interpreter("*/profiling/main.py*", python),
  "the referee": (python) => interpreter("*/service.py*", python),
  "the engine": async () => {
    const { path, close } = await silentSocket();
    return { flags: ["--sandbox", "docker"], env: { DOCKER_HOST: `unix://${path}` }, close };
  },
};

async function messages(behave: (call: Call) => Behavior): Promise<Silence> {
  const server = await startMessagesServer(behave);
  const env = { ANTHROPIC_BASE_URL: server.url, ANTHROPIC_API_KEY: "secret-key-123" };
  return { flags: ["--model", "anthropic:any"], env, close: server.close };
}

/** An interpreter that sleeps where its arguments match, and is a real one otherwise. */
async function interpreter(pattern: string, real = "false"): Promise<Silence> {
  const folder = await mkdtemp(join(tmpdir(), "mle-star-silent-"));
  const path = join(folder, "python");
  const text = `#!/bin/sh\ncase "$*" in ${pattern}) exec sleep 3600 ;; esac\nexec ${real} "$@"\n`;
  await writeFile(path, text);
  await chmod(path, 0o755);
  const close = () => rm(folder, { recursive: true });
  return { flags: ["--model", "playbook"], env: { MLE_STAR_PYTHON: path }, close };
}

async function silentServer() {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { port: address.port, close: closing(server) };
}

async function silentSocket() {
  const folder = await mkdtemp(join(tmpdir(), "mle-star-engine-"));
  const path = join(folder, "engine.sock");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const close = closing(server);
  return { path, close: async () => close().then(() => rm(folder, { recursive: true })) };
}

function closing(server: Server): () => Promise<void> {
  const sockets = new Set<{ destroy(): unknown }>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  });
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
}
