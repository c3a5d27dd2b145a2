import { afterAll } from "vitest";
import {
  type AnthropicOptions,
  anthropicModel,
} from "../../../agent/models/anthropic/anthropic.ts";
import type { Model } from "../../../agent/models/model.ts";
import { type OpenAiOptions, openAiModel } from "../../../agent/models/openai/openai.ts";
import { type ChatCall, type ChatServer, startChatServer } from "./chat-server.ts";
import type { Behavior } from "./loopback-server.ts";
import { type Call, type MessagesServer, startMessagesServer } from "./messages-server.ts";

const common = { name: "claude-opus-5-5", apiKey: "secret-key-123", prices: null, idleMs: 5000 };

/** Closed with the test file: of tests that run at the same time none could close its own through vitest. */
const opened: { close(): Promise<void> }[] = [];
afterAll(() => Promise.all(opened.map((server) => server.close())));

/** The real client before a loopback server of the Messages API. */
export async function loopbackModel(
  behave: (call: Call) => Behavior | Promise<Behavior>,
  options: Partial<AnthropicOptions> = {},
): Promise<{ server: MessagesServer; model: Model }> {
  const server = await startMessagesServer(behave);
  opened.push(server);
  return { server, model: anthropicModel({ ...common, baseUrl: server.url, ...options }) };
}

/** The same before a loopback server of the Chat Completions API. */
export async function loopbackChat(
  behave: (call: ChatCall) => Behavior | Promise<Behavior>,
  options: Partial<OpenAiOptions> = {},
): Promise<{ server: ChatServer; model: Model }> {
  const server = await startChatServer(behave);
  opened.push(server);
  return { server, model: openAiModel({ ...common, baseUrl: server.url, ...options }) };
}
