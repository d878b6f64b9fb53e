import { acknowledgeAlarm } from '../../alarms/acknowledge.ts';
import { countAlarms, findAlarm, type ListedAlarm, searchAlarms } from '../../alarms/search-alarms.ts';
import { ALARM_KINDS } from '../../configuration/alarm-kinds.ts';
import { whoDecides } from '../../decisions/who-decides.ts';
import { notFound } from '../../errors/errors.ts';
import { connection } from '../../graphql/connection.ts';
import { formatCursor, parseCursor } from '../../graphql/cursor.ts';
import { testChannel } from '../../notifications/channel-tests.ts';
import type { Resolvers } from './resolver-types.ts';

/** Of its cursors. */
const ORDER = 'alarms';

export const alarmResolvers = {
  Query: {
    alarms: (_, { first, after, filter }, { em, scope, budget }) => {
      const { isOpen, kinds, severity, database } = filter ?? {};
      const search = {
        ...{ isOpen: isOpen ?? undefined, kinds: kinds ?? undefined },
        ...{ severity: severity ?? undefined, database: database ?? undefined },
      };
      return connection({
        first,
        after,
        budget,
        cursorOf: ({ openedAt, id }: ListedAlarm) => formatCursor(ORDER, openedAt.getTime(), id),
        placeIn: cursor => {
          const [openedAt, id] = parseCursor(cursor, ORDER, ['number', 'number']);
          return { openedAt: new Date(openedAt), id };
        },
        find: page => searchAlarms({ em, scope }, search, page),
        count: () => countAlarms({ em, scope }, search),
      });
    },
  },
  Mutation: {
    acknowledgeAlarm: async (_, { id, reason, until }, { em, scope, audit, actor }) => {
      const alarm = /^[1-9]\d{0,8}$/.test(id) ? await findAlarm({ em, scope }, Number(id)) : undefined;
      if (!alarm) throw notFound('ALARM_NOT_FOUND', `No alarm has the id ${id.slice(0, 20)}`);
      const acknowledgement = { by: whoDecides(actor), reason, until: until ?? undefined };
      const detail = { alarm: alarm.id, kind: alarm.kind, subject: alarm.subject, reason, until: until ?? null };
      const deed = { actor, action: 'alarm_acknowledge', database: alarm.databaseName ?? undefined, detail } as const;
      return audit.change(deed, () => acknowledgeAlarm({ em, scope }, alarm.id, acknowledgement, new Date()));
    },
    testChannel: (_, { name }, { audit, actor, channelTests }) =>
      testChannel({ audit, actor, tests: channelTests }, name, new Date()),
  },
  Alarm: {
    id: ({ id }) => String(id),
    kind: ({ kind }) => ALARM_KINDS.find(known => known === kind) ?? null,
    database: ({ databaseName }) => databaseName ?? null,
    advice: ({ detail }) => JSON.parse(detail).advice,
    isMuted: ({ mutedBy, closedAt }) => mutedBy !== null && closedAt === null,
    isFlapping: ({ flappingSince }) => flappingSince !== null,
  },
} satisfies Resolvers;
