import { array, object } from 'yup';
import { databaseNameProblem } from '../../../protocol/database-name.ts';
import { ALARM_KINDS, SEVERITIES } from '../alarm-kinds.ts';
import { CHANNELS } from '../channels/all-channels.ts';
import { WEEKDAYS } from '../configuration.ts';
import {
  asGiven,
  databasePattern,
  duration,
  EMPTY,
  every,
  listOf,
  MISSING,
  nameProblem,
  oneOf,
  onOff,
  text,
  timeOfDay,
  timezone,
  url,
  wholeNumber,
} from '../schema/fields.ts';
import { record, union } from '../schema/tree.ts';

const contract = {
  every: every('how often a complete backup is due: a time such as `24h`, or `cron 30 1 * * * Asia/Jakarta`'),
  grace: duration('how long after its due time it may come before it is late'),
};

const channelNames = (about: string) => listOf(about, text('the name of a channel'));

const group = object({
  databases: listOf('its databases: names, or beginnings of names followed by `*`', databasePattern()),
  from_lists: onOff(
    'whether `databases.json` of a source may put a database into it that no group here covers. Everyone with an upload token can do that',
  ).default(false),
  ...contract,
  retention: text('the name of its policy'),
  digest: object({
    at: timeOfDay('when, in the time zone of the file').defined(MISSING),
    weekday: oneOf('on which day of the week', WEEKDAYS).default('monday'),
    channels: channelNames('where it goes').defined(MISSING),
    language: oneOf('its language; that of the file when left out', ['en', 'id']),
  })
    .default(undefined)
    .meta({ about: 'a message each week about the databases of this group, for the client' }),
}).meta({ about: 'the databases of one client' });

const database = object({
  ...contract,
  group: text('the group that it belongs to'),
  retention: text('the name of its policy'),
}).meta({ about: 'what holds for this database alone' });

const RULES = [
  ['last', 'how many of the newest are kept'],
  ['hourly', 'for how many hours the newest of the hour is kept'],
  ['daily', 'for how many days the newest of the day is kept'],
  ['weekly', 'for how many weeks the newest of the week is kept'],
  ['monthly', 'for how many months the newest of the month is kept'],
  ['yearly', 'for how many years the newest of the year is kept'],
] as const;

const count = (about: string) => wholeNumber(about, 0, 100_000).default(0);

type Rule = (typeof RULES)[number][0];

const policy = object({
  ...(Object.fromEntries(RULES.map(([name, about]) => [name, count(about)])) as Record<Rule, ReturnType<typeof count>>),
  timezone: timezone('whose days, weeks and months these are; that of the file when left out'),
})
  .test('keeps', 'keeps nothing: set last, daily or another rule', value =>
    RULES.some(([name]) => Number(value[name]) > 0),
  )
  .meta({ about: 'how many backups each rule keeps; the rules add up' });

const route = object({
  kinds: listOf('which kinds of alarms; all when left out', oneOf('a kind', ALARM_KINDS)),
  groups: listOf('of which groups; all when left out', text('the name of a group')),
  severities: listOf('how severe; both when left out', oneOf('a severity', SEVERITIES)),
  channels: channelNames('where they go').defined(MISSING),
});

/**
 * `lumbung.yaml`. What is read, what a mistake is called, the JSON Schema and the lists of the docs all follow from it.
 * What refers to a name elsewhere in the file is checked by `reading/check-references.ts`.
 */
export const ROOT = object({
  timezone: timezone(
    'whose days these are; cron expressions, times of day and the times in messages are in it',
  ).default('UTC'),
  language: oneOf('the language of the digests: `en` or `id`', ['en', 'id']).default('en'),
  defaults: object({
    every: contract.every.default('24h'),
    grace: contract.grace.default('2h'),
  }).meta({ about: 'what holds for a database where nothing nearer to it says otherwise' }),
  groups: record({ of: group, noun: 'group', nameProblem }).meta({
    about: 'the databases of each client, by its name',
  }),
  databases: record({
    of: database,
    noun: 'database',
    nameProblem: databaseNameProblem,
  }).meta({ about: 'single databases, by name: what is said here wins over the groups and over databases.json' }),
  retention: object({
    enabled: onOff('whether backups are removed by themselves').default(false),
    grace: duration('how long a backup that is to be removed can still be taken back', { least: '1h' }).default('3d'),
    default: text('the policy of all databases that have no other').default('default'),
    policies: record({ of: policy, noun: 'policy', nameProblem }).meta({ about: 'policies, by name' }),
  }).meta({ about: 'which backups are kept' }),
  channels: record({ of: union(CHANNELS), noun: 'channel', nameProblem }).meta({ about: 'where messages go, by name' }),
  routes: array(route)
    .transform(asGiven)
    .typeError('must be a list')
    .nonNullable(EMPTY)
    .meta({ about: 'which alarms go where; without routes all go to all channels' }),
  alarms: object({
    remind_every: duration('how often an open alarm that no one has acknowledged is told again', {
      least: '1h',
    }).default('24h'),
    storage_full_within: duration('warn when the storage will be full within this time').default('14d'),
    storage_free_percent: wholeNumber('warn when less is free', 0, 99).default(5),
    drill_every: duration('warn when the newest drill of a database is older; never, when left out', { least: '1d' }),
  }).meta({ about: 'when an alarm is raised' }),
  digest: object({
    at: timeOfDay('when, in the time zone of the file').defined(MISSING),
    channels: channelNames('where it goes; to all channels when left out'),
  })
    .default(undefined)
    .meta({ about: 'a message each morning, also when all is well' }),
  quiet_hours: object({
    from: timeOfDay('when they begin').defined(MISSING),
    to: timeOfDay('when they end').defined(MISSING),
  })
    .default(undefined)
    .test(
      'length',
      'has the same time as from and to: remove quiet_hours, or set two times',
      value => value?.from !== value?.to || value === undefined,
    )
    .meta({ about: 'between these times only critical alarms are told at once' }),
  heartbeat: object({
    url: url('is called after each evaluation whose messages go out', { isSecret: true }).defined(MISSING),
  })
    .default(undefined)
    .meta({ about: "somebody else's clock that watches this service" }),
  metrics: object({
    anonymous: onOff('whether `/-/metrics` needs no token').default(false),
  }).meta({ about: 'for Prometheus' }),
});
