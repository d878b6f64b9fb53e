import { testsPeers } from '../peers.ts';

/**
 * What `sade` runs on in this run of tests: Node in `npm test`, and Deno in `npm run test:peers`, which runs of a file that imports
 * this one the tests with "Deno" in their title. (The start of each command on Deno is in `npm test`, too: test/deno.test.ts.)
 */
export const RUNTIMES: readonly Runtime[] = testsPeers
  ? [{ name: 'Deno', runtime: 'deno', process: 'deno' }]
  : [{ name: 'Node', runtime: 'here', process: 'node' }];

export interface Runtime {
  /** For the title of a test. */
  readonly name: 'Node' | 'Deno';
  /** For a test of what sade does: on Node it needs no process. */
  readonly runtime: 'here' | 'deno';
  /** For a test of a process. */
  readonly process: 'node' | 'deno';
}
