import { readLabels } from '../config/read-labels.ts';
import { ConfigurationError, EXIT } from '../errors.ts';
import { SHELLS } from '../options/commands.ts';
import { completionOf } from '../options/completion.ts';
import { didYouMean } from '../options/did-you-mean.ts';
import { readCommand } from '../options/settings.ts';
import type { CommandContext } from './command.ts';

/**
 * `sade completion bash|zsh|fish`: prints a script for that shell. The script asks `sade` at each Tab, and so knows the
 * options of the `sade` that is installed.
 * @throws {ConfigurationError} for another shell
 */
export async function completion(shell: string, { stdout }: CommandContext): Promise<number> {
  const known = SHELLS.find(name => name === shell);
  if (!known)
    throw new ConfigurationError([
      `there is no completion for ${JSON.stringify(shell)}: the shell must be one of ${SHELLS.join(', ')}${didYouMean(shell, SHELLS)}`,
    ]);
  stdout.write(SCRIPTS[known]);
  return EXIT.ok;
}

/**
 * `sade completion -- WORD…`, which those scripts call: prints what the last word can become, one a line. A line `:files` or
 * `:folders` lets the shell look for them.
 */
export async function offerCompletions(words: readonly string[], { env, stdout }: CommandContext): Promise<number> {
  const offer = completionOf(words);
  const current = words.at(-1) === '=' ? '' : (words.at(-1) ?? '');
  const found = offer.words === 'labels' ? await labelsIn(env) : (offer.words ?? []);
  const lines =
    typeof found === 'string'
      ? [`:${found}`]
      : found.map(word => `${offer.prefix}${word}`).filter(word => word.startsWith(current));
  stdout.write(lines.map(line => `${line}\n`).join(''));
  return EXIT.ok;
}

/** Completion never fails: where there is no list, or one with mistakes, nothing is offered. */
async function labelsIn(env: CommandContext['env']): Promise<readonly string[]> {
  try {
    return (await readLabels(readCommand('list', {}, env).config, env)).labels ?? [];
  } catch {
    return [];
  }
}

const SCRIPTS = {
  bash: `# Completion of sade for bash.
_sade() {
  local IFS=$'\\n' word=\${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=($(sade completion -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  case \${COMPREPLY[0]} in
    :files) compopt -o filenames; COMPREPLY=($(compgen -f -- "\${word#=}")) ;;
    :folders) compopt -o filenames; COMPREPLY=($(compgen -d -- "\${word#=}")) ;;
    ?*) COMPREPLY=("\${COMPREPLY[@]// /\\\\ }") ;;
  esac
}
complete -F _sade sade
`,
  zsh: `#compdef sade
# Completion of sade for zsh.
_sade() {
  local -a found=("\${(@f)$(sade completion -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  case $found[1] in
    :files) compset -P '*='; _files ;;
    :folders) compset -P '*='; _files -/ ;;
    ?*) compadd -a found ;;
  esac
}
if [ "$funcstack[1]" = _sade ]; then _sade "$@"; else compdef _sade sade; fi
`,
  fish: `# Completion of sade for fish.
function __sade_complete
    set -l word (commandline -ct)
    set -l found (sade completion -- (commandline -opc)[2..-1] $word 2>/dev/null)
    set -l flag (string match -r '^--[\\w-]+=' -- $word)
    set -l path (string replace -r '^--[\\w-]+=' '' -- $word)
    switch "$found[1]"
        case :files
            printf "$flag%s\\n" (__fish_complete_path $path)
        case :folders
            printf "$flag%s\\n" (__fish_complete_directories $path)
        case '*'
            string join \\n -- $found
    end
end
complete -c sade -f -a '(__sade_complete)'
`,
} as const;
