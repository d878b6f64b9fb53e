import { boolean, type InferType, mixed, number, object, string } from 'yup';
import { listOf, oneLine } from '../reports/report-lists.ts';
import { count, instant } from '../schema-fields.ts';
import { firstTwice, MAX_RUN_DATABASES, type RosterEntry, rosterProblem } from './roster-entry.ts';
import { isOutcome, MAX_RUN_TEXT, type RunOutcome } from './run-outcome.ts';

/** The largest report of a run, in bytes of JSON. `withinRunLimits` makes a longer one shorter. */
export const MAX_RUN_BYTES = 8 * 1024 * 1024;

const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const;

/** Of a list, and of a token: what tells it from the others of the same source. */
const KEY = /^[0-9a-f]{16}$/;
const PART = /^(?:[0-9a-f]{16})?$/;

const fields = object({
  report_version: number().oneOf([1]).required(),
  /** Made once for each run; its parts share it. */
  run_id: string()
    .matches(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    .required(),
  /** Who backs up: the name of the host, unless the administrator has named it otherwise. */
  source: line(128),
  /** Which of several runs of that source; empty where there is one. */
  shard: string()
    .defined()
    .test('shard', 'shard must be one line of 64 characters at most', value => value === '' || isLine(value, 64)),
  /** Which list of databases, by the path of its file. Two lists of one source must not make each other's labels look gone. */
  list: string().matches(KEY).required(),
  /** With which token the databases of this report are sent: empty for the one of the run. Each token has a report of its own. */
  part: string().matches(PART).defined(),
  /** The parts of all databases of the list. */
  parts: listOf<string>(MAX_RUN_DATABASES, value => (PART.test(String(value)) ? undefined : ' must be a part')),
  host: line(255),
  versions: object({
    sade: line(64),
    /** Such as `node 24.11.1`. */
    runtime: line(64),
    /** Each dump program with its version; null where none was found. */
    mysqldump: string().min(1).max(256).nullable().defined(),
  }).required(),
  /** By the clock of the client, UTC. */
  started_at: instant(),
  ended_at: instant(),
  exit_code: number().integer().min(0).max(255).required(),
  /** The signal that ended the run before its time. */
  interrupted_by: mixed<(typeof SIGNALS)[number]>().oneOf(SIGNALS).nullable().defined(),
  /** Whether it was a run of some databases only (`--only`). The roster has all of the list even so. */
  partial: boolean().required(),
  /** What ended the run or kept it from beginning, beside the failures of its databases. */
  problem: string().min(1).max(MAX_RUN_TEXT).nullable().defined(),
  /** All labels of this part of the list. Null where it could not be read, or is too long to be sent: then no roster changes. */
  roster: mixed<RosterEntry[]>()
    .nullable()
    .defined()
    .test('roster', (roster, context) => {
      const problem = roster === null || roster === undefined ? undefined : rosterProblem(roster);
      return problem === undefined || context.createError({ message: `${context.path}${problem}` });
    }),
  outcomes: listOf<RunOutcome>(MAX_RUN_DATABASES, isOutcome),
  /** How many databases of the run are missing here, because the token is not for them, or because there are too many. */
  left_out: count(),
  /** Whether texts were cut so that the report is no larger than the service takes. */
  cut: boolean().required(),
});

export type RunReport = InferType<typeof fields>;

/** What `POST /-/runs` takes: how a run of `sade backup` went, as it reports it (docs/reference/formats.md). */
export const runReport = fields.test('sense', (report, context) => {
  const problem = senseProblem(report);
  return problem === undefined || context.createError({ message: `The report ${problem}` });
});

/** No report may say that all went well and show that it did not. Fields of a wrong type are reported by their own tests. */
function senseProblem({ started_at, ended_at, exit_code, outcomes, ...rest }: Partial<RunReport>): string | undefined {
  for (const time of [started_at, ended_at])
    if (time !== undefined && Number.isNaN(Date.parse(time))) return `has no valid time: ${String(time).slice(0, 30)}`;
  if (started_at !== undefined && ended_at !== undefined && started_at > ended_at) return 'ended before it started';
  const { part, parts, interrupted_by, problem } = rest;
  if (Array.isArray(parts) && part !== undefined && !parts.includes(part))
    return 'has a part that is not one of its parts';
  if (exit_code === 0 && (interrupted_by || problem)) return 'exits with 0, and says what ended it';
  if (!Array.isArray(outcomes)) return undefined;
  const bad = exit_code === 0 && outcomes.find(each => each?.state !== 'complete' || each.shrunk);
  if (bad) return `exits with 0, and ${bad.database} is not well`;
  const twice = firstTwice(outcomes.filter(each => each?.leftover === false).map(({ database }) => database));
  return twice === undefined ? undefined : `has two outcomes of ${twice}`;
}

function line(max: number) {
  return string()
    .required()
    .test(
      'line',
      ({ path }) => `${path} must be one line of 1 to ${max} characters, without spaces around it`,
      value => isLine(value, max),
    );
}

/** MySQL treats a text as equal to the same one with blanks behind it. */
function isLine(value: string, max: number): boolean {
  return oneLine(max)(value) === undefined && value.trim() === value && value.isWellFormed();
}
