import type { PinKind } from '../entities/pin.entity.ts';
import { validationError } from '../errors/errors.ts';
import { oneReason } from './reason.ts';

/** A pin or a legal hold that is to be made. */
export interface WantedPin {
  readonly kind: PinKind;
  readonly reason: string;
  readonly by: string;
  /** Undefined means until someone ends it. */
  readonly endsAt?: Date | undefined;
}

/** A pin for longer is one for ever. */
const MAX_DAYS = 100 * 366;

/**
 * Checks what someone asks for.
 * @throws AppError 422 naming what is wrong
 */
export function wantedPin(
  { kind, reason, by, endsAt }: { kind: PinKind; reason: string; by: string; endsAt?: Date | null | undefined },
  now: Date,
): WantedPin {
  const wanted = { kind, reason: oneReason(reason), by };
  if (endsAt == null) return wanted;
  const days = (endsAt.getTime() - now.getTime()) / 86_400_000;
  if (!(days > 0 && days < MAX_DAYS))
    throw validationError([{ field: 'endsAt', message: 'must be a time in the future, less than 100 years away' }]);
  return { ...wanted, endsAt };
}
