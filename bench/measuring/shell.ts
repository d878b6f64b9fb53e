/** @returns the arguments with which curl sends a zip as the service wants it */
export function curlUpload(path: string, url: string): string[] {
  return ['curl', '-sS', '--fail', '-o', '/dev/null', '-F', `file=@${path}`, url];
}

/** @returns a command that runs all of them one after another, and stops at the first that fails */
export function runInSequence(commands: readonly (readonly string[])[]): string[] {
  const script = commands.map(command => command.map(quoted).join(' ')).join(' &&\n');
  return ['sh', '-c', script];
}

/** @returns a command that runs all of them, so many at once */
export function runAtOnce(commands: readonly (readonly string[])[], atOnce: number): string[] {
  const lines = commands.map(command => command.map(quoted).join(' '));
  return [
    'sh',
    '-c',
    'at_once=$1; shift; printf "%s\\0" "$@" | xargs -0 -n1 -P"$at_once" sh -c',
    'sh',
    String(atOnce),
    ...lines,
  ];
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
