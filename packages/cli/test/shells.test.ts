import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { Person } from "./lever.ts";
import { isInstalled, TmuxSession } from "./tmux-session.ts";

/** How each shell starts without anybody's settings, sets lever up, and lists its history. */
const SHELLS = {
  bash: {
    start: "bash --noprofile --norc",
    prepare: ["PS1='> '", 'eval "$(lever completion bash)" && eval "$(lever init bash)"'],
    history: "history 3",
  },
  zsh: {
    start: "zsh -f",
    prepare: [
      "PS1='> '; autoload -Uz compinit && compinit -D",
      'eval "$(lever completion zsh)" && eval "$(lever init zsh)"',
    ],
    history: "fc -l -3",
  },
  fish: {
    start: "fish --no-config --init-command 'function fish_prompt; echo \"> \"; end; set -g fish_greeting'",
    prepare: ["lever completion fish | source; and lever init fish | source"],
    history: "history | head -3",
  },
};

const person = new Person({ SHELL: "/bin/sh" });
const open: TmuxSession[] = [];

beforeAll(async () => {
  await person.teach("restart {{mode:choice(soft|hard)}} now", "echo restarting {{mode}}");
  await person.teach("quell {{name}}", "echo quelled {{name}}", "--alias", "quiet down {{name}}");
  await person.teach("zap every gremlin", "echo zapped them");
});
afterEach(() => {
  for (const session of open.splice(0)) session.close();
});

describe.each(Object.entries(SHELLS))("%s", (shell, { start, prepare, history }) => {
  const missing = ["tmux", shell].find((program) => !isInstalled(program));

  async function enter(): Promise<TmuxSession> {
    const session = new TmuxSession(person, start);
    open.push(session);
    for (const [n, line] of prepare.entries()) {
      session.type(`${line}${shell === "fish" ? "; and" : " &&"} echo "ready"${n}`);
      session.press("Enter");
      await session.waitFor(new RegExp(`^ready${n}$`, "m"));
    }
    session.press("C-l");
    await session.waitFor(/^> *\s*$/);
    return session;
  }

  it("completes subcommands, phrases, quoted phrases and values", { timeout: 120_000 }, async ({ skip }) => {
    skip(missing !== undefined, `${missing} is not installed`);
    const session = await enter();
    const completes = async (typed: string, expected: RegExp): Promise<void> => {
      session.type(typed);
      session.press("Tab");
      expect(await session.waitFor(expected)).not.toContain("lever:");
      session.press("C-u", "C-l");
      await session.waitFor(/^> *\s*$/);
    };
    await completes("lever doct", /> lever doctor/);
    await completes("lever zap ev", /> lever zap every/);
    await completes('lever "zap ev', /> lever "zap every gremlin"/);
    await completes("lever restart so", /> lever restart soft/);
    await completes('lever "restart so', /> lever "restart soft/);
    await completes("lever forget zap", /> lever forget ('|")?zap\\? every\\? gremlin/);
    await completes("lever teach --comm", /> lever teach --command/);
  });

  it(
    "ctrl-g puts the command on the prompt, and what is run of it into history",
    { timeout: 120_000 },
    async ({ skip }) => {
      skip(missing !== undefined, `${missing} is not installed`);
      const session = await enter();
      session.type("quell the");
      session.press("BSpace", "BSpace", "BSpace");
      session.type("Ann");
      session.press("C-g");
      await session.waitFor(/^> echo quelled Ann\s*$/m);
      session.type("e");
      session.press("Enter");
      await session.waitFor(/^quelled Anne$/m);
      session.press("C-l");
      await session.waitFor(/^> *\s*$/);
      session.type(history);
      session.press("Enter");
      expect(await session.waitFor(/echo quelled Anne$/m)).not.toContain("quell Ann");

      session.press("C-l");
      session.type("frobnicate the quantum flange");
      session.press("C-g");
      await session.waitFor(/no command for/);
      await session.waitFor(/^> frobnicate the quantum flange\s*$/m);
    },
  );
});
