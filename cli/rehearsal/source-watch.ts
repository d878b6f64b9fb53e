import type { ObjectKind } from '../../protocol/manifest.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { type Definition, keyOf } from '../definitions/definition.ts';
import { type Fingerprints, fingerprintOf, takeFingerprints } from '../definitions/fingerprints.ts';
import type { MakeNeutral } from '../definitions/neutral-text.ts';
import { readDefinitions } from '../definitions/read-definitions.ts';
import { connect, type Session } from '../mysql/connect.ts';
import { unifyAnswers } from '../mysql/server-facts.ts';
import type { SourceReport } from '../preflight/source-report.ts';

/** What a source was when its dump began. */
export interface SourceSeen {
  readonly prints: Fingerprints;
  /** Settings of its server on which it depends what is loaded, by name. */
  readonly settings: ReadonlyMap<string, string>;
  /** The accounts that own something in it, such as `app@%`. */
  readonly definers: readonly string[];
  /** Events that do not run again, or soon will not: they load as something else, or not at all. */
  readonly expiredEvents: ReadonlySet<string>;
}

const SETTINGS = ['explicit_defaults_for_timestamp', 'innodb_page_size', 'lower_case_table_names', 'sql_mode'];

/**
 * Looks at all definitions of a source while its dump is being written, to be able to tell later what was changed meanwhile.
 * @throws {ExplainedError} when the server can't be reached; the server's error; the signal's reason when aborted
 */
export async function lookAtSource(
  source: DatabaseSource,
  { objects, ignoresCase = false }: SourceReport,
  { neutral, signal }: { readonly neutral: MakeNeutral; readonly signal: AbortSignal },
): Promise<SourceSeen> {
  using session = await connect(source, { signal });
  await unifyAnswers(session);
  const { database } = source;
  const variables = await session.ask(`show global variables where variable_name in ('${SETTINGS.join("', '")}')`);
  return {
    prints: await takeFingerprints(session, { database, ignoresCase, names: objects, neutral }),
    settings: new Map(variables.map(([name, value]) => [String(name), String(value)])),
    definers: await askDefiners(session, database, objects),
    expiredEvents: new Set(objects.events.length > 0 ? await askExpiredEvents(session, database) : []),
  };
}

/**
 * Reads some definitions again.
 * @returns by key those that are as they were; the others were changed meanwhile, or are not shown
 */
export async function readAgain(
  source: DatabaseSource,
  { ignoresCase = false }: SourceReport,
  { keys, before, neutral, signal }: Again,
): Promise<Map<string, Definition>> {
  using session = await connect(source, { signal });
  await unifyAnswers(session);
  const { database } = source;
  const same = new Map<string, Definition>();
  for (const { kind, name } of keys)
    for await (const read of readDefinitions(session, { database, ignoresCase, names: { [kind]: [name] }, neutral }))
      if (!('no' in read) && before.get(keyOf(read)) === fingerprintOf(read)) same.set(keyOf(read), read);
  return same;
}

interface Again {
  readonly keys: readonly Pick<Definition, 'kind' | 'name'>[];
  readonly before: Fingerprints;
  readonly neutral: MakeNeutral;
  readonly signal: AbortSignal;
}

/** By the view of information_schema that lists them, the kinds of objects that have owners. */
const OWNED: Readonly<Record<string, readonly ObjectKind[]>> = {
  views: ['views'],
  triggers: ['triggers'],
  routines: ['procedures', 'functions', 'packages', 'package_bodies'],
  events: ['events'],
};

async function askDefiners(session: Session, database: string, objects: SourceReport['objects']): Promise<string[]> {
  // To look through a view that shows nothing of this database costs the server as much as the tables do.
  const views = Object.keys(OWNED).filter(view => OWNED[view]!.some(kind => objects[kind].length > 0));
  if (views.length === 0) return [];
  const questions = views.map(view => {
    const schema = view === 'views' ? 'table_schema' : `${view.slice(0, -1)}_schema`;
    return `select definer from information_schema.${view} where ${schema} = ?`;
  });
  const rows = await session.ask(
    questions.join(' union '),
    questions.map(() => database),
  );
  return rows.map(([definer]) => String(definer ?? '')).filter(definer => definer !== '' && definer !== '@');
}

/** The times are in the zone of the event, which may be up to 14 hours from UTC. */
async function askExpiredEvents(session: Session, database: string): Promise<string[]> {
  const soon = 'utc_timestamp() + interval 15 hour';
  const rows = await session.ask(
    `select event_name from information_schema.events where event_schema = ? and (execute_at < ${soon} or ends < ${soon})`,
    [database],
  );
  return rows.map(([name]) => String(name));
}
