import { array, boolean, date, mixed, number, object, type Schema, string, ValidationError } from 'yup';
import { currentFindings, type ForeignFinding, findingList } from '../../protocol/finding.ts';
import { currentCode } from '../../protocol/finding-codes.ts';
import { INTERRUPTING_SIGNALS } from '../errors.ts';
import type { LastRun } from './last-run.ts';
import type { Outcome } from './outcome.ts';
import { camelCased, snakeCased } from './snake-case.ts';

const text = string().required();
const count = number().integer().min(0).required();
const instant = date().required();
const texts = array(text).required();

const outcome = object({
  database: text,
  state: mixed<Outcome['state']>().oneOf(['complete', 'incomplete', 'failed']).required(),
  is_leftover: boolean().required(),
  started_at: date().optional(),
  seconds: number().min(0).required(),
  file_name: text,
  findings: findingList.required(),
  failure: object({ stage: text, message: text, advice: string().optional() }).default(undefined).optional(),
  loss: object({ id: count, message: text, reference: object().required() }).default(undefined).optional(),
  last_good: object({ id: count, taken_at: instant }).default(undefined).nullable().optional(),
});

const lastRun: Schema = object({
  ...{ started_at: instant, ended_at: instant, exit_code: count, server: text, total: count },
  outcomes: array(outcome.required()).required(),
  ...{ not_done: texts, kept: texts, only: array(text).optional(), warnings: array(text).optional() },
  unfinished: string().optional(),
  interrupted_by: string().oneOf(INTERRUPTING_SIGNALS).optional(),
  verdict: string().optional(),
  amended_by: object({
    ...{ started_at: instant, ended_at: instant, exit_code: count, databases: texts },
    verdict: string().optional(),
  })
    .default(undefined)
    .optional(),
  told: array(object({ database: string().optional(), text, told_at: instant }).required()).optional(),
}).required();

/**
 * @param json of this version, or of one that wrote camelCase
 * @throws Error that says why it is not a report of a run
 */
export function parseLastRun(json: string): LastRun {
  return fromSnakeCase(validated(snakeCased(parsed(json))));
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    const why = json.trim() === '' ? 'it is empty' : 'it is not JSON, and may be cut off';
    throw new Error(why, { cause: error });
  }
}

function validated(value: unknown): Record<string, unknown> {
  try {
    return lastRun.validateSync(value, { abortEarly: true });
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    throw new Error(`it is not the report of a run (${error.message.slice(0, 200)})`, { cause: error });
  }
}

/** A loss is as the service has sent it, snake_case included. */
function fromSnakeCase({ outcomes, ...run }: Record<string, unknown>): LastRun {
  const { started_at } = run;
  const { told, ...rest } = revived(run) as LastRun;
  return {
    ...rest,
    ...(told && { told: told.map(warning => ({ ...warning, text: underCurrentCode(warning.text) })) }),
    outcomes: (outcomes as Record<string, unknown>[]).map(({ loss, findings, ...rest }) => ({
      ...(revived({ started_at, ...rest, findings: currentFindings(findings as ForeignFinding[]) }) as Outcome),
      ...(loss !== undefined && { loss: loss as NonNullable<Outcome['loss']> }),
    })),
  };
}

/** What was reported of a finding begins with its code. */
function underCurrentCode(text: string): string {
  return text.replace(/^[A-Z_]+(?=: )/, currentCode);
}

/** Dates are revived by their keys, so that a date in a message stays a text. */
function revived(value: Record<string, unknown>): unknown {
  return withDates(camelCased(value));
}

function withDates(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withDates);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key.endsWith('At') && typeof item === 'string' && key !== 'keptAt' ? new Date(item) : withDates(item),
    ]),
  );
}
