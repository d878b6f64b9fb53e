/** @returns the arguments with which curl sends a zip as the service wants it */
export function curlUpload(path: string, url: string): string[] {
  return ['curl', '-sS', '--fail', '-o', '/dev/null', '-F', `file=@${path}`, url];
}

/** @returns a command that runs all of them one after another, and stops at the first that fails */
export function runInSequence(commands: readonly (readonly string[])[]): string[] {
  const script = commands.map(command => command.map(quoted).join(' ')).join(' &&\n');
  return ['sh', '-c', script];
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
