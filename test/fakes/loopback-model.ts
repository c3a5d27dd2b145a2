import { onTestFinished } from "vitest";
import { type AnthropicOptions, anthropicModel } from "../../agent/models/anthropic.ts";
import type { Model } from "../../agent/models/model.ts";
import {
  type Behaviour,
  type Call,
  type MessagesServer,
  startMessagesServer,
} from "./messages-server.ts";

/** The real client before a loopback server, for one test. */
export async function loopbackModel(
  behave: (call: Call) => Behaviour,
  options: Partial<AnthropicOptions> = {},
): Promise<{ server: MessagesServer; model: Model }> {
  const server = await startMessagesServer(behave);
  onTestFinished(() => server.close());
  const model = anthropicModel({
    name: "claude-opus-5-5",
    apiKey: "secret-key-123",
    baseUrl: server.url,
    prices: null,
    idleMs: 5000,
    ...options,
  });
  return { server, model };
}
