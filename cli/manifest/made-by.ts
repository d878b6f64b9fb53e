import process from 'node:process';
import program from '../package.json' with { type: 'json' };

/** @returns which version of this program, and what runs it, such as `sade 1.2.3, Node 24.1.0` */
export function madeBy(): string {
  const { deno } = process.versions as { deno?: string };
  return `sade ${program.version}, ${deno ? `Deno ${deno}` : `Node ${process.versions.node}`}`;
}
