import { type Finding, finding } from '../../protocol/finding.ts';
import type { Said } from '../client-programs/stderr-excerpt.ts';
import { adviceFor } from '../mysql/error-advice.ts';
import { formatBytes } from '../terminal/format.ts';

/**
 * What mysqldump says although it ends well. Some of its complaints mean that something was left out: where it may not
 * look, it says so and goes on.
 */
export function findingsIn(said: Said): Finding[] {
  const found = said.lines(weigh).flatMap(({ line, verdict: code }) => {
    if (line.trim() === '' || code === undefined) return [];
    const advice = code === 'DUMP_STDERR_ERROR' ? (adviceFor(line) ?? GRANT_OR_LEAVE_OUT) : undefined;
    return [finding(code, `mysqldump said: ${line.slice(0, MAX_LINE)}`, advice)];
  });
  if (said.leftOutBytes === 0) return found;
  const unseen = `mysqldump wrote more messages than sade keeps: ${formatBytes(said.leftOutBytes)} of them were not checked`;
  return [finding('DUMP_STDERR_ERROR', unseen, RUN_TO_SEE), ...found];
}

/** A finding must fit into a manifest. */
const MAX_LINE = 8192;

/** @returns the code of the finding for a line of stderr, or undefined for a line without a problem */
function weigh(line: string): 'DUMP_STDERR_ERROR' | 'DUMP_STDERR_WARNING' | undefined {
  if (OWN_NAME.test(line)) return undefined;
  return COMPLAINT.test(line) ? 'DUMP_STDERR_ERROR' : 'DUMP_STDERR_WARNING';
}

const RUN_TO_SEE =
  'Run mysqldump by hand, fix what it complains about, and remove options such as --verbose from dump_options.';

const GRANT_OR_LEAVE_OUT = 'Grant what it was denied, fix what it failed at, or leave it out with dump_options.';

const COMPLAINT =
  /\b(?:errno|error|denied|fail(?:ed|s|ure)?|couldn't|could not|can't|cannot|insufficient|unknown|skipp(?:ed|ing))\b/i;

/** MariaDB's client complains about its own old name since 11; that is no news of the dump. */
const OWN_NAME = /Deprecated program name/;
