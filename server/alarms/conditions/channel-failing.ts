import { minuteOf } from '../../../protocol/texts/minute.ts';
import { shellCommand } from '../../../protocol/texts/shell-word.ts';
import { readChannelStates } from '../../notifications/channel-states.ts';
import { type Looking, short } from '../looking/looking.ts';
import type { Condition } from '../model/condition.ts';

/** A server that is away for a moment is not worth a message. */
const PATIENCE_MS = 15 * 60_000;

/** Finds the channels that deliver nothing. Their alarms are told on the others. */
export async function channelFailing({ em, now, configuration }: Looking): Promise<Condition[]> {
  const states = await readChannelStates(em, Object.keys(configuration.channels));
  return states.flatMap(({ name, failingSince, lastError, waiting }) => {
    if (!failingSince || now.getTime() - failingSince.getTime() < PATIENCE_MS) return [];
    return [
      {
        ...({ kind: 'channel_failing', subject: name, severity: 'warning', since: failingSince } as const),
        summary: `The channel ${name} has delivered nothing since ${minuteOf(failingSince, configuration.timezone)}, and ${waiting} ${waiting === 1 ? 'message waits' : 'messages wait'}: ${short(lastError ?? 'no reason is known')}`,
        advice: `Fix it, then try it: ${shellCommand('sudo lumbung notify test', name)}`,
      },
    ];
  });
}
