/** @jsxRuntime automatic @jsxImportSource hono/jsx */

import { allTokens } from "../../ledger.ts";
import type { AttemptDetails } from "../attempt-details.ts";
import { type Attempt, type AttemptNode, attemptTree } from "../attempts.ts";
import {
  showCount,
  showGainWithin,
  showScoreWithin,
  showSeconds,
  showText,
  showUsd,
} from "../formats.ts";
import { Facts } from "./parts.tsx";

/** What an attempt's line needs besides itself. */
type Known = {
  details: ReadonlyMap<string, AttemptDetails>;
  checks: Record<string, string[]>;
};

/** The tree of attempts; each opens to its plan, code, difference, logs, findings and cost. */
export function AttemptTree({ attempts, known }: { attempts: readonly Attempt[]; known: Known }) {
  return (
    <ul class="tree">
      {attemptTree(attempts).map((node) => (
        <Branch node={node} known={known} />
      ))}
    </ul>
  );
}

function Branch({ node, known }: { node: AttemptNode; known: Known }) {
  const { attempt, children } = node;
  return (
    <li>
      <details>
        <summary>
          <AttemptLine attempt={attempt} />
        </summary>
        <AttemptBody attempt={attempt} known={known} />
      </details>
      {children.length === 0 ? null : (
        <ul>
          {children.map((child) => (
            <Branch node={child} known={known} />
          ))}
        </ul>
      )}
    </li>
  );
}

const SIGNS = { better: "↑", worse: "↓", same: "=" } as const;
const CHANGES = {
  better: "better than its parent",
  worse: "worse than its parent",
  same: "as its parent",
};

/** An attempt in one line: where it stands, its score, what became of it. */
export function AttemptLine({ attempt }: { attempt: Attempt }) {
  const { id, origin, status, score, interval, change, verdict, isBest } = attempt;
  return (
    <span class={`attempt ${classOf(attempt)}`}>
      <code>{showText(id, 120)}</code> <span class="origin">{origin}</span>{" "}
      <span class="score">
        {change === null || score === null ? null : (
          <span title={CHANGES[change]}>{SIGNS[change]} </span>
        )}
        {score === null ? status : showScoreWithin(score, interval)}
      </span>{" "}
      {verdict === null ? null : <span class="verdict">{verdict}</span>}
      {isBest ? <strong class="best"> ★ best</strong> : null}
      <span class="what">
        {" "}
        {showText((score === null ? attempt.reason : attempt.plan) ?? "", 140)}
      </span>
    </span>
  );
}

function classOf({ status, verdict, isBest }: Attempt): string {
  if (isBest) return "is-best";
  if (status !== "scored") return "is-failed";
  return verdict === "accepted" ? "is-accepted" : "";
}

/** The inside of an attempt by itself, for a page that asks for it when it is opened. */
export function attemptBody(attempt: Attempt, known: Known): string {
  return String(<AttemptBody attempt={attempt} known={known} />);
}

/** All that is known of an attempt. */
function AttemptBody({ attempt, known }: { attempt: Attempt; known: Known }) {
  const details = known.details.get(attempt.id) ?? null;
  const found = known.checks[attempt.id] ?? [];
  return (
    <div class="body">
      <Facts facts={factsOf(attempt)} />
      <Text title="plan" text={attempt.plan} />
      <Text title="why it has no score" text={attempt.reason} />
      {found.length === 0 ? null : (
        <>
          <h3>findings of the leak checks</h3>
          <ul>
            {found.map((line) => (
              <li>{showText(line, 400)}</li>
            ))}
          </ul>
        </>
      )}
      {details === null ? null : <Details details={details} />}
    </div>
  );
}

function factsOf(attempt: Attempt): [string, string][] {
  const { verdict, why, gain, standardError, leakage, fixes, seconds, members } = attempt;
  const decided =
    verdict === null ? "nothing was decided about it" : `${verdict}: ${showText(why ?? "", 200)}`;
  const facts: [string, string][] = [
    ["verdict", decided],
    ["gain", gain === null ? "–" : showGainWithin(gain, standardError)],
    ["leak check", leakage ?? "of its members"],
    ["took", showSeconds(seconds)],
    ["models", modelWords(attempt)],
  ];
  if (fixes > 0) facts.push(["repaired", String(fixes)]);
  if (members.length > 0) facts.push(["made of", members.map((id) => showText(id, 80)).join(", ")]);
  return facts;
}

function modelWords({ modelCalls, tokens, usd }: Attempt): string {
  return modelCalls === 0
    ? "none asked"
    : `${modelCalls} calls, ${showCount(tokens)} tokens, ${showUsd(usd)}`;
}

function Text({ title, text }: { title: string; text: string | null }) {
  if (text === null || text === "") return null;
  return (
    <>
      <h3>{title}</h3>
      <p>{showText(text, 2000)}</p>
    </>
  );
}

function Details({ details: { code, diff, runs, calls } }: { details: AttemptDetails }) {
  return (
    <>
      <Block title="difference to its parent" text={diff} isDiff />
      <Block title="code" text={code} isDiff={false} />
      {runs.map(({ view, outcome, seconds, log }) => (
        <Block
          title={`log on ${view}: ${outcome} in ${showSeconds(seconds)}`}
          text={log}
          isDiff={false}
        />
      ))}
      {calls.length === 0 ? null : (
        <ul>
          {calls.map(({ role, model, tokens, usd, seconds }) => (
            <li>
              {role}: {showText(model, 80)}, {showCount(allTokens(tokens))} tokens, {showUsd(usd)},{" "}
              {showSeconds(seconds)}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** A long text, folded away; a difference with its lines marked. */
function Block({ title, text, isDiff }: { title: string; text: string | null; isDiff: boolean }) {
  if (text === null || text === "") return null;
  return (
    <details class="block">
      <summary>{title}</summary>
      <pre tabindex={0}>{isDiff ? diffLines(text) : text}</pre>
    </details>
  );
}

/** A line of a difference; its sign says what it is, the color only helps. */
export function diffLines(text: string) {
  return text.split("\n").map((line) => <span class={diffClass(line)}>{`${line}\n`}</span>);
}

function diffClass(line: string): string {
  if (/^(?:\+\+\+|---|diff |index |@@)/u.test(line)) return "meta";
  if (line.startsWith("+")) return "added";
  return line.startsWith("-") ? "removed" : "";
}
