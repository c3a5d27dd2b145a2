import { ballotOf, majority } from "./ballots.ts";
import { problemsOf, shownAnswers, usable } from "./showing.ts";
import {
  type Decision,
  type Member,
  type Policy,
  type Teamwork,
  type Turn,
  together,
} from "./team.ts";

/**
 * All answer for themselves, then each sees the others' answers and answers again, for some rounds or until all agree.
 * The majority's answer is taken, where answers can be counted; else that of the member named first.
 */
export const playDebate: Policy = async (work) => {
  const { members, settings, request } = work;
  const last = new Map<string, Turn>();
  const all: Turn[] = [];
  const rounds = settings.rounds ?? 1;
  let round = 0;
  for (; round <= rounds; round++) {
    if (round > 0 && (usable([...last.values()]).length < 2 || isAgreed(request.role, last))) break;
    const asked = await together(members.map((member) => speak(work, member, round, last)));
    for (const turn of asked) if (keeps(turn, last)) last.set(turn.member, turn);
    all.push(...asked);
  }
  return decide(request.role, [...last.values()], { rounds: round, problems: problemsOf(all) });
};

function speak(
  work: Teamwork,
  member: Member,
  round: number,
  last: ReadonlyMap<string, Turn>,
): Promise<Turn> {
  const place = `round-${round}/${member.id}`;
  if (round === 0) return work.ask(member, place);
  const others = usable([...last.values()].filter((turn) => turn.member !== member.id));
  const own = last.get(member.id);
  const before = own?.problem === null ? shownAnswers("Your last answer", [own.text]) : "";
  return work.ask(member, place, {
    added: `${before}${shownAnswers(
      "Answers of others to this very question",
      others.map(({ text }) => text),
    )}# Answer again
Judge their reasons and yours. Change your answer where theirs is better founded, keep it where it is not. Answer in full, in exactly the form asked for above.\n`,
  });
}

/** A later answer that cannot be used does not take the place of one that can. */
function keeps({ member, problem }: Turn, last: ReadonlyMap<string, Turn>): boolean {
  return problem === null || last.get(member)?.problem !== null;
}

function voteOf(role: string, text: string): string {
  return ballotOf(role, text) ?? text.trim().replace(/\s+/gu, " ");
}

function isAgreed(role: string, last: ReadonlyMap<string, Turn>): boolean {
  const turns = usable([...last.values()]);
  return new Set(turns.map(({ text }) => voteOf(role, text))).size === 1;
}

function decide(
  role: string,
  turns: readonly Turn[],
  { rounds, problems }: { rounds: number; problems: string },
): Decision {
  const good = usable(turns);
  const won = majority(good.map(({ text }) => voteOf(role, text)));
  if (won === null) return { turn: null, why: `no answer can be used${problems}` };
  const isMajority = won.count > 1;
  const turn = isMajority ? good.find(({ text }) => voteOf(role, text) === won.choice) : good[0];
  const said = isMajority
    ? `${won.count} of ${won.of} agree`
    : `no two agree; ${turn?.member} is named first`;
  return { turn: turn ?? null, why: `${said} after ${rounds - 1} rounds of debate${problems}` };
}
