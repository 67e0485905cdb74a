import { buildCommand } from '@stricli/core';
import type { CliContext } from '../../context.js';

const shells = ['bash', 'zsh'] as const;
type Shell = (typeof shells)[number];

/** One function for both shells: it asks healthctl itself, so it never names an option that is not there. */
const bash = `_healthctl() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(healthctl __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _healthctl healthctl
`;

const scripts: Readonly<Record<Shell, string>> = {
  bash,
  zsh: `autoload -U +X bashcompinit && bashcompinit\n${bash}`,
};

export const completionCommand = buildCommand({
  func(this: CliContext, _flags: object, shell: Shell) {
    this.process.stdout.write(scripts[shell]);
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [
        {
          brief: 'bash or zsh',
          placeholder: 'shell',
          parse: (input: string) => {
            const shell = shells.find((name) => name === input);
            if (shell === undefined) {
              throw new Error(`must be one of ${shells.join(', ')}`);
            }
            return shell;
          },
          proposeCompletions: () => [...shells],
        },
      ],
    },
  },
  docs: {
    brief: 'Print a script that completes healthctl in a shell',
    fullDescription: 'EXAMPLES\n  eval "$(healthctl completion bash)"',
  },
});
