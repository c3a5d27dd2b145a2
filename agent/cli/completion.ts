import { Argument, Command } from "@commander-js/extra-typings";

/** A command as completion sees it. */
type Node = {
  /** Words from the program's name to it, ` runs export`; empty for the program. */
  path: string;
  children: { name: string; about: string }[];
  options: { flags: string[]; about: string; takesValue: boolean; choices: readonly string[] }[];
  /** Words that its first arguments may be. */
  choices: readonly string[];
};

const SHELLS = ["bash", "zsh", "fish"] as const;

/** `mle-star completion <shell>`: a completion script, made of the program itself; `whole` has all its commands. */
export function completionCommand(whole: () => Promise<unknown>) {
  return new Command("completion")
    .description("Print a completion script for a shell.")
    .addArgument(new Argument("<shell>", "which shell it is for").choices(SHELLS))
    .option("--json", "print one JSON object")
    .addHelpText("after", `\n${USE}`)
    .action(async (shell, { json }) => {
      const script = WRITERS[shell](nodesOf((await whole()) as CommandLike));
      process.stdout.write(json ? `${JSON.stringify({ shell, script })}\n` : script);
    });
}

const USE = `Use:
  bash  add to ~/.bashrc:  eval "$(mle-star completion bash)"
  zsh   add to ~/.zshrc, after compinit:  eval "$(mle-star completion zsh)"
  fish  mle-star completion fish > ~/.config/fish/completions/mle-star.fish`;

/** What is read of a command, whatever the types of its options and arguments. */
type CommandLike = {
  name(): string;
  summary(): string;
  description(): string;
  commands: readonly CommandLike[];
  options: readonly {
    long?: string | null;
    short?: string | null;
    description: string;
    required: boolean;
    optional: boolean;
    argChoices?: readonly string[];
  }[];
  registeredArguments: readonly { argChoices?: readonly string[] }[];
};

function nodesOf(command: CommandLike, path = ""): Node[] {
  const own: Node = {
    path,
    children: command.commands.map((each) => ({
      name: each.name(),
      about: oneLine(each.summary() || each.description()),
    })),
    options: [
      ...command.options.map((option) => ({
        flags: [option.long ?? "", option.short ?? ""].filter((flag) => flag !== ""),
        about: oneLine(option.description),
        takesValue: option.required || option.optional,
        choices: option.argChoices ?? [],
      })),
      { flags: ["--help", "-h"], about: "display help", takesValue: false, choices: [] },
    ],
    choices: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
  };
  const below = command.commands.flatMap((each) => nodesOf(each, `${path} ${each.name()}`));
  return [own, ...below];
}

function oneLine(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N} .,:;()<>=+/-]/gu, "").slice(0, 80);
}

/** The part that bash and zsh share: `found` is the path of the command, `last` the word before the one typed. */
function cases(nodes: readonly Node[]): string {
  const known = nodes.filter(({ path }) => path !== "").map(({ path }) => quoted(path));
  const values = nodes.flatMap(({ path, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .flatMap(({ flags, choices }) =>
        flags.map(
          (flag) => `    ${quoted(`${path}|${flag}`)}) words="${choices.join(" ")}"; isValue=1 ;;`,
        ),
      ),
  );
  const words = nodes.map((node) => `    ${quoted(node.path)}) words="${wordsOf(node)}" ;;`);
  return `  for word in "\${typed[@]}"; do
    case "$found $word" in
      ${known.join("|")}) found="$found $word" ;;
    esac
  done
  case "$found|$last" in
${values.join("\n")}
  esac
  [ -n "$isValue" ] || case "$found" in
${words.join("\n")}
  esac
`;
}

function wordsOf({ children, choices, options }: Node): string {
  const flags = options.flatMap((option) => option.flags.slice(0, 1));
  return [...children.map(({ name }) => name), ...choices, ...flags].join(" ");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function bash(nodes: readonly Node[]): string {
  return `# bash completion of mle-star
_mle_star() {
  local found="" words="" isValue="" word
  local last="\${COMP_WORDS[COMP_CWORD-1]}"
  local -a typed=("\${COMP_WORDS[@]:1:COMP_CWORD-1}")
${cases(nodes)}  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _mle_star mle-star
`;
}

function zsh(nodes: readonly Node[]): string {
  return `#compdef mle-star
_mle_star() {
  local found="" isValue="" word candidates=""
  local last="\${words[CURRENT-1]}"
  local -a typed=("\${(@)words[2,CURRENT-1]}")
${cases(nodes).replaceAll('words="', 'candidates="')}  compadd -- \${=candidates} || _files
}
compdef _mle_star mle-star
`;
}

function fish(nodes: readonly Node[]): string {
  const known = nodes.filter(({ path }) => path !== "").map(({ path }) => quoted(path));
  const lines = nodes.flatMap(({ path, children, options, choices }) => {
    const when = `complete -c mle-star -n '__mle_star_at "${path}"'`;
    return [
      ...children.map(({ name, about }) => `${when} -f -a ${name} -d ${quoted(about)}`),
      ...choices.map((choice) => `${when} -f -a ${choice}`),
      ...options.map(({ flags, about, takesValue, choices: values }) => {
        const names = flags.map((flag) =>
          flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
        );
        const value = takesValue
          ? values.length === 0
            ? " -r"
            : ` -x -a ${quoted(values.join(" "))}`
          : "";
        return `${when} ${names.join(" ")}${value} -d ${quoted(about)}`;
      }),
    ];
  });
  return `# fish completion of mle-star
function __mle_star_at
    set -l found ""
    for word in (commandline -opc)[2..-1]
        if contains -- "$found $word" ${known.join(" ")}
            set found "$found $word"
        end
    end
    test "$found" = "$argv[1]"
end
${lines.join("\n")}
`;
}

const WRITERS = { bash, zsh, fish };
