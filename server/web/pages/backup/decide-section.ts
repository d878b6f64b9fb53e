import { can } from '../../../auth/policy.ts';
import { isActive, type Pin, type PinKind } from '../../../entities/pin.entity.ts';
import type { SentForm } from '../../forms/attempt.ts';
import { sentBox, sentField } from '../../forms/sent-field.ts';
import { form } from '../../shell/forms.ts';
import { type Html, html } from '../../shell/html.ts';
import type { View } from '../../shell/view.ts';
import type { BackupFacts } from './load-backup.ts';
import { BACKUP_TEXTS } from './texts.ts';

/** The forms of the page, by the last part of their addresses. */
export type BackupForm = 'pin' | 'unpin' | 'hold' | 'release' | 'accept' | 'forget' | 'take-back';

interface Deciding {
  /** A form that came back. */
  readonly sent: SentForm | undefined;
  /** How long one that is forgotten can be taken back, in milliseconds. */
  readonly graceMs: number;
}

/** What keeps the backup, and what a person may decide about it: no form is shown to one who may not. */
export function decideSection(view: View, facts: BackupFacts, { sent, graceMs }: Deciding): Html | undefined {
  const { backup, pins, loss } = facts;
  const t = BACKUP_TEXTS[view.language];
  const { name } = backup.database;
  const may = (action: 'pin' | 'remove' | 'accept') => !backup.removedAt && can(view.principal, action, name);
  const forms = [
    loss?.status === 'unaccepted' && may('accept') && acceptForm(view, facts, sent),
    may('pin') && pinForms(view, facts, sent),
    may('remove') && removalForms(view, facts, { sent, graceMs }),
  ].filter(form => form !== false);
  if (forms.length === 0 && pins.length === 0) return undefined;
  return html`<section aria-labelledby="decide"><h2 id="decide">${t.decide}</h2>${pins.length > 0 && listOf(view, pins)}${forms}</section>`;
}

/** The newest of those that it ever had. */
const SHOWN_PINS = 50;

function listOf(view: View, pins: readonly Pin[]): Html {
  const t = BACKUP_TEXTS[view.language];
  return html`<h3 id="pins">${t.pins}</h3><ul aria-labelledby="pins">${pins.slice(-SHOWN_PINS).map(pin => html`<li${!isActive(pin, view.now) && html` class="ended"`}><b>${t.kindOfPin[pin.kind]}</b> ${t.pinnedBy(pin.madeBy, view.format.at(pin.madeAt))}: ${pin.reason}. ${endOf(view, pin)}</li>`)}</ul>`;
}

function endOf(view: View, { endsAt, releasedAt, releasedBy }: Pin): Html | undefined {
  const t = BACKUP_TEXTS[view.language];
  const { at } = view.format;
  if (releasedAt) return t.releasedBy(releasedBy ?? '', at(releasedAt));
  if (!endsAt) return undefined;
  return endsAt > view.now ? t.pinnedUntil(at(endsAt)) : t.pinEnded(at(endsAt));
}

function acceptForm(view: View, { backup }: BackupFacts, sent: SentForm | undefined): Html {
  const t = BACKUP_TEXTS[view.language];
  const fields = [reasonField(view, 'accept', sent)];
  return opened({ name: 'accept', sent, title: t.accept, note: t.acceptNote }, [
    form(view, { action: actionLink(view, backup.id, 'accept'), fields, submit: t.accept }),
  ]);
}

function pinForms(view: View, { backup, pins }: BackupFacts, sent: SentForm | undefined): Html {
  const t = BACKUP_TEXTS[view.language];
  const has = (kind: PinKind) => pins.some(pin => pin.kind === kind && isActive(pin, view.now));
  const end = (name: 'unpin' | 'release') => form(view, { action: actionLink(view, backup.id, name), submit: t[name] });
  const until = sentField(view, sent, {
    ...{ form: 'pin', name: 'until', label: t.pinUntil(view.zone), type: 'datetime-local' },
  });
  const pin = form(view, {
    ...{ action: actionLink(view, backup.id, 'pin'), submit: t.pin },
    fields: [reasonField(view, 'pin', sent), until],
  });
  const hold = form(view, {
    ...{ action: actionLink(view, backup.id, 'hold'), submit: t.hold },
    fields: [reasonField(view, 'hold', sent)],
  });
  return html`${has('pin') && end('unpin')}${has('hold') && end('release')}
${(!has('pin') || sent?.name === 'pin') && opened({ name: 'pin', sent, title: t.pin, note: t.pinNote }, [pin])}
${(!has('hold') || sent?.name === 'hold') && opened({ name: 'hold', sent, title: t.hold, note: t.holdNote }, [hold])}`;
}

function removalForms(view: View, { backup, isLast }: BackupFacts, { sent, graceMs }: Deciding): Html {
  const t = BACKUP_TEXTS[view.language];
  if (backup.removalDue) return form(view, { action: actionLink(view, backup.id, 'take-back'), submit: t.takeBack });
  const fields = [
    reasonField(view, 'forget', sent),
    sentBox(view, sent, { form: 'forget', name: 'confirmed', label: t.forgetConfirm }),
    ...(isLast ? [sentBox(view, sent, { form: 'forget', name: 'evenLast', label: t.forgetLast })] : []),
  ];
  const note = t.forgetNote(view.format.duration(graceMs));
  return opened({ name: 'forget', sent, title: t.forget, note }, [
    form(view, { action: actionLink(view, backup.id, 'forget'), fields, submit: t.forget, kind: 'danger' }),
  ]);
}

interface Folded {
  readonly name: BackupForm;
  readonly sent: SentForm | undefined;
  readonly title: string;
  readonly note: string;
}

/** A form that is folded until someone wants it, or it came back. */
function opened({ name, sent, title, note }: Folded, content: readonly Html[]): Html {
  return html`<details class="fold" id="${name}"${sent?.name === name && html` open`}><summary>${title}</summary><p>${note}</p>${content}</details>`;
}

function reasonField(view: View, name: 'pin' | 'hold' | 'accept' | 'forget', sent: SentForm | undefined): Html {
  const { why } = BACKUP_TEXTS[view.language];
  return sentField(view, sent, { form: name, name: 'reason', label: why, isRequired: true, maxLength: 1000 });
}

function actionLink(view: View, id: number, name: BackupForm): string {
  return view.link(`/backups/${id}/${name}`);
}
