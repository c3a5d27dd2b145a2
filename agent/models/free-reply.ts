import { noTokens } from "../../runs/ledger.ts";
import type { Reply } from "./model.ts";

/** A reply of what answers here, at once and for nothing. */
export function freeReply(model: string, text: string): Reply {
  return {
    text,
    model,
    stop: "end",
    tokens: noTokens(),
    estimated: false,
    usd: 0,
    seconds: 0,
    requestId: null,
    sources: [],
    tries: [],
    handovers: [],
    cut: null,
    turn: null,
  };
}
