import type { Event, EventType, EventValue } from "../../events/events.ts";
import { allTokens } from "../../ledger.ts";
import {
  showCount,
  showGainWithin,
  showGpu,
  showNumber,
  showPlural,
  showScoreOf,
  showScoreWithin,
  showSeconds,
  showText,
  showUsd,
} from "../formats.ts";
import { wordsOfRefusal } from "../limits.ts";
import { toolEventText } from "../tool-calls.ts";
import { checksText } from "./checks-text.ts";
import { isOfMemory, type MemoryEvent, memoryText } from "./memory-text.ts";
import { policyText } from "./policy-text.ts";
import { submissionKind, submissionWords } from "./submission-words.ts";
import { teamText } from "./team-text.ts";

/** What an event says, on one line that a person can read; text of models and scripts is made harmless. */
export function formatEvent(event: Event): string {
  return showText(isOfMemory(event) ? memoryText(event) : textOf(event), 400);
}

function textOf(event: Event<Exclude<EventType, MemoryEvent["type"]>>): string {
  switch (event.type) {
    case "run-started":
      return started(event.value);
    case "run-resumed":
      return `session ${event.value.session} resumes the run (process ${event.value.pid})`;
    case "searched":
      return searched(event.key, event.value);
    case "answered":
      return answered(event.key, event.value);
    case "call-sent":
      return `${event.key}: asking ${event.value.model}, at most ${showCount(event.value.worst.tokens)} tokens and ${showUsd(event.value.worst.usd)}`;
    case "unanswered":
      return unanswered(event.key, event.value);
    case "executed":
      return executed(event.value);
    case "judged":
      return judged(event.value);
    case "restored":
      return restored(event.value);
    case "pooled":
      return `${event.key}: ${showScoreWithin(event.value.score, event.value.interval)}`;
    case "evaluated":
      return evaluated(event.value);
    case "blended":
      return blended(event.value);
    case "diagnosed":
      return `${event.value.solution}: its predictions on ${showPlural(event.value.rows, "row")} laid beside the truth`;
    case "folds-chosen":
      return `${event.value.folds} of ${showPlural(event.value.of, "fold")} score every solution: the first script took ${showSeconds(event.value.seconds)} on one`;
    case "rows-chosen":
      return rowsChosen(event.value);
    case "members-chosen":
      return `blends draw from ${showPlural(event.value.members.length, "solution")} of ${event.value.candidates.length}`;
    case "compared":
      return compared(event.value);
    case "challengers-compared":
      return challengersCompared(event.value);
    case "decided":
      return decided(event.value);
    default:
      return textOfOther(event);
  }
}

function unanswered(
  key: string,
  { role, why, tokens, usd, tries }: Event<"unanswered">["value"],
): string {
  const paid = `, paid all the same (${showCount(allTokens(tokens))} tokens, ${showUsd(usd)})`;
  return `${key}: no reply as ${role}${tries.length === 0 ? "" : paid}: ${showText(why)}`;
}

type Other = Exclude<
  Event["type"],
  | MemoryEvent["type"]
  | "run-started"
  | "run-resumed"
  | "searched"
  | "answered"
  | "call-sent"
  | "unanswered"
  | "executed"
  | "judged"
  | "restored"
  | "pooled"
  | "evaluated"
  | "blended"
  | "diagnosed"
  | "folds-chosen"
  | "rows-chosen"
  | "members-chosen"
  | "compared"
  | "challengers-compared"
  | "decided"
>;

function textOfOther(event: Event<Other>): string {
  const { key } = event;
  switch (event.type) {
    case "advanced":
      return `${event.value.track} is now at ${event.value.solution}`;
    case "ablated":
      return ablated(event.value);
    case "examined":
      return examined(event.value);
    case "repairs-known":
      return `${event.value.solution} is to be mended; repairs of the same kind so far: ${event.value.repairs.length}`;
    case "targeted":
      return `${key.replace(/\/targeted$/u, "")}: next is block "${event.value.title}": ${showText(event.value.plan)}`;
    case "skipped":
      return `skipped ${event.value.what} at ${key}: ${showText(event.value.why)}`;
    case "limit-checked":
      return `${key}${event.value.allowed ? ": within the limits" : ` skipped: ${wordsOfRefusal(event.value)}`}`;
    case "set-up-cut":
      return event.value.by === "seconds"
        ? "the time limit passed during set-up"
        : `${event.value.by} during set-up`;
    case "environment-changed":
      return `resumed in another sandbox: ${event.value.to} (was ${event.value.from})`;
    case "leaks-checked":
      return leaks(event.value);
    case "shuffled":
    case "canary-drawn":
    case "repeated":
    case "canary":
    case "finalists-chosen":
    case "sealed-opened":
    case "score-projected":
      return checksText(event);
    case "corrected":
      return corrected(event.value);
    case "sealed-intended":
      return `opens the sealed holdout, once, for ${namesOf(event.value.finalists)}`;
    case "offered":
      return `${event.value.solution} is offered for the submission at ${event.value.at}`;
    case "submission-written":
      return `submission.csv is ${submissionWords({ ...event.value, kind: submissionKind(event.value) })}: ${showText(event.value.why)}`;
    case "run-paused":
      return `paused by ${event.value.signal}`;
    case "finish-asked":
      return `asked to finish (${event.value.by})`;
    case "page-read":
      return pageRead(event.value);
    case "probed":
      return probed(key, event.value);
    case "cards-chosen":
      return chosen(event.value);
    case "track-failed":
      return `${event.value.track} failed: ${showText(event.value.why)}`;
    case "faulted":
      return `the run faulted: ${event.value.name}: ${showText(event.value.message)}`;
    case "run-ended":
      return ended(event.value);
    default:
      return textOfOption(event);
  }
}

/** Of what a run does only where it was asked to: policies, a model with tools, several models in one role. */
function textOfOption(
  event:
    | Parameters<typeof policyText>[0]
    | Parameters<typeof toolEventText>[0]
    | Parameters<typeof teamText>[0],
): string {
  switch (event.type) {
    case "policy-moved":
    case "turn-chosen":
    case "constrained":
    case "plans-calibrated":
    case "plan-vetted":
    case "contrasted":
      return policyText(event);
    case "tool-called":
    case "compacted":
    case "handed-over":
      return toolEventText(event);
    default:
      return teamText(event);
  }
}

function started(value: EventValue<"run-started">): string {
  const { competition, model, sandbox, mode, seed } = value;
  const honesty = mode === "self-reported" ? ", SELF-REPORTED scores" : "";
  return (
    `run started: ${competition.title} (${competition.metric}, ${competition.direction}), ` +
    `model ${model}, sandbox ${sandbox}, seed ${seed}${honesty}`
  );
}

function searched(key: string, value: EventValue<"searched">): string {
  const { provider, hits, failure, blocked } = value;
  const kept = blocked.length === 0 ? "" : `, ${blocked.length} kept out`;
  if (failure !== null) return `${key}: ${provider} gave no answer: ${showText(failure)}`;
  return `${key}: ${provider} found ${showPlural(hits.length, "hit")}${kept}`;
}

function pageRead({ url, title, text, why, marked }: EventValue<"page-read">): string {
  const note = marked === null ? "" : ` (marked: ${marked})`;
  if (text === null) return `not read: ${showText(url)}: ${showText(why ?? "no reason")}`;
  return `read: ${showText(title, 80)}, ${showText(url)}${note}`;
}

function probed(key: string, { cards }: EventValue<"probed">): string {
  const ran = cards.filter((card) => card.ran).length;
  return `${key}: ${ran} of ${showPlural(cards.length, "example")} ran on a few rows`;
}

function chosen({ track, cards, passedOver }: EventValue<"cards-chosen">): string {
  const names = cards.map((card) =>
    typeof card === "object" && card !== null && "modelName" in card ? String(card.modelName) : "?",
  );
  const more =
    passedOver.length === 0 ? "" : `; ${showPlural(passedOver.length, "card")} passed over`;
  return `${track} begins with ${showText(names.join(", "))}${more}`;
}

function answered(key: string, value: EventValue<"answered">): string {
  const cost = `${showCount(allTokens(value.tokens))} tokens, ${showUsd(value.usd)}`;
  const cut = value.stop === "end" ? "" : value.stop === "refusal" ? ", refused" : ", cut short";
  const { from, to } = value.cut ?? { from: 0, to: 0 };
  const asked = to === from ? "" : `, shown ${showCount(to)} of ${showCount(from)} characters`;
  return `${key}: ${value.model} answered as ${value.role} in ${showSeconds(value.seconds)} (${cost}${cut}${asked})`;
}

function executed(value: EventValue<"executed">): string {
  const exit = value.outcome === "error" ? ` (exit code ${value.exitCode ?? "none"})` : "";
  const memory = value.peakMb === null ? "" : `, ${Math.round(value.peakMb)} MB`;
  const gpu = value.gpu === null ? "" : `, ${showGpu(value.gpu)}`;
  return `${value.solution} on ${value.view}: ${value.outcome}${exit} in ${showSeconds(value.seconds)}${memory}${gpu}`;
}

function restored({ solution, view, isSame }: EventValue<"restored">): string {
  const found = isSame ? "as before" : "other than before: the journaled score stands";
  const what = view === null ? solution : `${solution} on ${view}`;
  return `${what}: made again, since what it had left was gone; it is ${found}`;
}

function judged(value: EventValue<"judged">): string {
  const score = value.score === null ? "" : ` ${showNumber(value.score)}`;
  const why = value.reason === null ? "" : `: ${showText(value.reason)}`;
  const exact = value.normalized === null ? "" : `; ${showText(value.normalized.note)}`;
  return `${value.solution} on ${value.view}: submission ${value.status}${score}${why}${exact}`;
}

function evaluated(value: EventValue<"evaluated">): string {
  const { status, score, interval, seconds, fixes, reason } = value.evaluation;
  const was =
    value.parentScore === null ? "" : ` (was ${showScoreOf(value.parentScore, interval)})`;
  const found = score === null ? status : showScoreWithin(score, interval);
  const repaired = fixes === 0 ? "" : `, ${showPlural(fixes, "repair")}`;
  const detail = score === null ? reason : value.plan;
  const tail = detail === null || detail === "" ? "" : ` · ${showText(detail, 100)}`;
  return `${value.solution}: ${found}${was}, ${showSeconds(seconds)}${repaired}${tail}`;
}

function compared(value: EventValue<"compared">): string {
  const { incumbent, challenger, gain, standardError } = value;
  return `${challenger} against ${incumbent}: ${showGainWithin(gain, standardError)}`;
}

function challengersCompared(value: EventValue<"challengers-compared">): string {
  const each = value.challengers.map(
    ({ id, gain, standardError }) => `${id} ${showGainWithin(gain, standardError)}`,
  );
  return `against ${value.incumbent}: ${each.join(", ")}`;
}

function decided(value: EventValue<"decided">): string {
  const { challenger, accepted, why, gain, standardError } = value;
  const by = gain === null ? "" : ` (${showGainWithin(gain, standardError)})`;
  return `${challenger} ${accepted ? "kept" : "rejected"}: ${why}${by}`;
}

function corrected({ tries, solutions }: EventValue<"corrected">): string {
  const [best] = solutions;
  if (best === undefined) return `no score to correct for ${tries} tries`;
  return `${best.solution} ${best.search === null ? "–" : showNumber(best.search)}, corrected for ${tries} tries ${best.corrected === null ? "–" : showNumber(best.corrected)}`;
}

function rowsChosen(value: EventValue<"rows-chosen">): string {
  const { solution, isLifted, capped, whole, trialSeconds, seconds } = value;
  const onAll = seconds === null ? "" : `, ${showSeconds(seconds)} on all data`;
  const rows = `the search trains on ${showCount(isLifted ? whole : capped)} of ${showCount(whole)} rows`;
  return `${rows}: ${solution} took ${showSeconds(trialSeconds)} on ${showCount(capped)}${onAll}`;
}

function namesOf(finalists: readonly { solution: string }[]): string {
  return finalists.map(({ solution }) => solution).join(", ");
}

function examined({ solution, weak, surrogateImportance, tracks }: EventValue<"examined">): string {
  const worst = (weak?.groups ?? [])
    .slice(0, 3)
    .map(
      ({ column, values }) =>
        `${showText(column ?? "its prediction", 60)} = ${showText(values, 60)}`,
    );
  const others = tracks.flatMap(({ best }) => (best === null ? [] : [best.solution]));
  const where = worst.length === 0 ? "" : `: worst where ${worst.join(", ")}`;
  const by = (surrogateImportance?.columns ?? [])
    .slice(0, 3)
    .map(({ column }) => showText(column, 60));
  const follows = by.length === 0 ? "" : `; its predictions follow ${by.join(", ")}`;
  return `looked at ${solution}${where}${follows}${others.length === 0 ? "" : `; beside it ${others.join(", ")}`}`;
}

function ablated(value: EventValue<"ablated">): string {
  const ranked = value.variants.filter((each) => each.importance !== null);
  const [most] = ranked.sort((a, b) => (b.importance ?? 0) - (a.importance ?? 0));
  const tried = `ablation of ${value.solution}: ${showPlural(value.variants.length, "variant")}`;
  if (most === undefined) return `${tried}, none could be scored`;
  return `${tried}, most matters ${most.block} (${showText(most.what, 80)}): ${showGainWithin(most.importance ?? 0, most.standardError)}`;
}

function blended(value: EventValue<"blended">): string {
  const of = showPlural(value.members.length, "solution");
  const score = showScoreWithin(value.score, value.interval);
  return `${value.solution}: ${value.method} of ${of}: ${score}`;
}

function leaks(value: EventValue<"leaks-checked">): string {
  const { solution, state, leakage, why, findings } = value;
  const seen = findings.map(({ line, code, rule }) => `line ${line} ${rule} \`${code}\``);
  const said = [leakage === null ? "" : leakage, why ?? "", ...seen].filter((part) => part !== "");
  const tail = said.length === 0 ? "" : `: ${showText(said.join("; "), 300)}`;
  return `leak check of ${solution}: ${state}${tail}`;
}

function ended(value: EventValue<"run-ended">): string {
  const best = value.solution === null ? "no solution" : value.solution;
  const sealed = showScoreWithin(value.sealedScore, value.sealedInterval);
  return `run ended (${value.status}): ${best}, search ${showScoreOf(value.searchScore, value.sealedInterval)}, sealed ${sealed}`;
}
