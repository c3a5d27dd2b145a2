/** A tool as it is told to who makes questions of calls. */
export type ToolToAsk = { name: string; description: string; parameters: Record<string, unknown> };

/** A call that a question is to ask for: `nestedIn`: the call whose answer gives all that it must have. */
export type CallToAsk = { id: number; tool: string; nestedIn: number | null };

/** What stands before a question. */
export type Known = {
  files: string[];
  columns: string[];
  target: string;
  /** Scripts with their code, oldest first; what was scored, with its code. */
  scripts: { name: string; code: string }[];
  solutions: { id: string; code: string }[];
};

export type QuestionInput = {
  tools: ToolToAsk[];
  calls: CallToAsk[];
  missing: { kind: "function" | "parameters"; tool: string } | null;
  known: Known;
  /** Answers of earlier calls by their ids. */
  earlier: { id: number; tool: string; text: string }[];
};

export type CallsInput = QuestionInput & { question: string };

export type MadeCall = { id: number; tool: string; arguments: Record<string, unknown> };

/** One reply of the agent; `hint`: what it is to call, which it must not speak of. */
export type PlayInput = {
  dialogue: string;
  question: string;
  hint: { isRight: boolean; calls: { tool: string; arguments: Record<string, unknown> }[] };
  /** Answers of this turn that are to be summed up, in its last reply. */
  answers: { tool: string; text: string }[];
  missing: QuestionInput["missing"];
};
