import { playBlackboard } from "./blackboard.ts";
import { playCascade } from "./cascade.ts";
import { playDebate } from "./debate.ts";
import { playDivide } from "./divide.ts";
import { playFuse } from "./fuse.ts";
import { playGraph } from "./graph.ts";
import { playRefine } from "./refine.ts";
import { playReview } from "./review.ts";
import { playRouter } from "./router.ts";
import { playStatic } from "./static.ts";
import type { Policy } from "./team.ts";
import type { PolicyName } from "./team-settings.ts";
import { playVote } from "./vote.ts";

/** Every policy by its name. */
export const policies: Readonly<Record<PolicyName, Policy>> = {
  static: playStatic,
  cascade: playCascade,
  router: playRouter,
  refine: playRefine,
  debate: playDebate,
  vote: playVote,
  fuse: playFuse,
  divide: playDivide,
  review: playReview,
  blackboard: playBlackboard,
  graph: playGraph,
};
