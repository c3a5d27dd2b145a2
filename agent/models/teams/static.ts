import { firstUsable, type Policy } from "./team.ts";

/** One model answers always; the others stand in, in order, where it is down or its answer cannot be used. */
export const playStatic: Policy = (work) => firstUsable(work, work.members);
