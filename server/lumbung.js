#!/usr/bin/env node
// The script `lumbung` starts this. It is plain JavaScript, so that an old Node prints a sentence and no stack trace: only a
// newer one reads the sources as they are.
import { fileURLToPath } from 'node:url';

const needed = [24, 5];
const [major, minor] = process.versions.node.split('.').map(Number);
if (major > needed[0] || (major === needed[0] && minor >= needed[1])) {
  const { launch } = await import('./launch/launch.ts');
  await launch(() => import('./main.ts'));
} else {
  const installed = fileURLToPath(new URL('..', import.meta.url));
  console.error(`lumbung: this is Node ${process.versions.node}, and lumbung needs ${needed.join('.')} or newer.`);
  console.error(`         Run ${installed}server/lumbung: it uses the Node that "npm ci" installs there.`);
  process.exitCode = 1;
}
