import { type Archive, type Move, roundFrom, spent } from "./policy.ts";

/** Best of N: every attempt begins with the same script and is told of no other. */
export function bon(archive: Archive): Move {
  if (archive.left <= 0) return spent("bon");
  const why = "independent attempts at the script that the step began with";
  return { ...roundFrom(archive, archive.base.id, null), by: "bon", why, facts: {} };
}
