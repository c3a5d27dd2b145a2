/** Which model is at which node, by number, and what the graph was worth with them. */
export type Assigned = { models: readonly number[]; value: number };

/** The JFK-score of the paper: the mean worth of the assignments that a model was in, by how many nodes it had; null: in none. */
export function jfkScores(assigned: readonly Assigned[], models: number): (number | null)[] {
  return Array.from({ length: models }, (_, model) => {
    let [nodes, worth] = [0, 0];
    for (const { models: at, value } of assigned) {
      const count = at.filter((each) => each === model).length;
      nodes += count;
      worth += count * value;
    }
    return nodes === 0 ? null : worth / nodes;
  });
}

/** Assignments that have a random model at each node. */
export function drawAssignments(
  count: number,
  { nodes, models }: { nodes: number; models: number },
  random: () => number,
): number[][] {
  return Array.from({ length: count }, () =>
    Array.from({ length: nodes }, () => Math.floor(random() * models)),
  );
}
