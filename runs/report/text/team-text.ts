import type { Event } from "../../events/events.ts";
import type { teamEvents } from "../../events/teams.ts";
import { showPlural, showText } from "../formats.ts";

/** What an event of a question to several models says, on one line. */
export function teamText({ type, key, value }: Event<keyof typeof teamEvents>): string {
  const place = key.replace(/\/[^/]*$/u, "");
  switch (type) {
    case "team-answered": {
      const { policy, members, turns, why } = value;
      const who = members.map(({ id }) => id).join(", ");
      return `${place}: ${policy} of ${who} in ${showPlural(turns.length, "turn")}: ${showText(why)}`;
    }
    case "member-absent":
      return `${place}: no answer of ${value.member} as ${value.role}: ${showText(value.why)}`;
    case "routed":
      return `${place}: ${value.order[0] ?? "nobody"} is asked as ${value.role} on ${value.task}: ${showText(value.why)}`;
    case "board-read":
      return `${place}: shown ${showPlural(value.lines.length, "finding")} of other tracks`;
    case "teams-known":
      return `what ${showPlural(value.runs, "earlier run")} say of the members was read`;
  }
}
