import { expect } from 'chai';
import type { Whoami } from '../../../protocol/access/whoami.ts';
import { sampleSource } from '../../../testing/cli/samples.ts';
import type { ServiceAccess } from '../../access/service-access.ts';
import { ServiceRefusal, ServiceUnreachable } from '../../service/service-errors.ts';
import { checkTokens } from './token-check.ts';

const NOW = new Date('2026-11-29T00:00:00Z');
const token = (text: string) => ({ text, from: `/etc/${text}` });

describe('the tokens in sade doctor', () => {
  const source = (label: string, own?: string) => ({
    ...sampleSource({ label }),
    ...(own !== undefined && { token: token(own) }),
  });
  /** @param known what the service knows of each token */
  const check = async (
    known: Record<string, Partial<Whoami['data']> | Error | undefined>,
    { own = 'run' as string | null, sources = [source('pt_xyz')] } = {},
  ) => {
    const access: ServiceAccess = { server: new URL('https://h/'), token: own === null ? undefined : token(own) };
    const asked: string[] = [];
    const ask = async ({ token }: ServiceAccess): Promise<Whoami['data'] | undefined> => {
      const text = token?.text ?? 'none';
      asked.push(text);
      const answer = known[text];
      if (answer instanceof Error) throw answer;
      return answer && { name: text, role: 'upload', scope: ['*'], expires_at: null, mode: 'tokens', ...answer };
    };
    const { checks, mayRead } = await checkTokens({ access, sources, ask, now: NOW });
    return { asked, mayRead, lines: checks.map(({ mark, message }) => `${mark} ${message}`), checks };
  };
  const refused = (code: string) => new ServiceRefusal(`refused: ${code}`, { status: 401, code, advice: 'Make one.' });

  it('are named with role, scope and end; one for uploads only is all that a backup needs', async () => {
    const { lines, mayRead } = await check({ run: { scope: ['pt_*', 'acme'] } });
    expect(lines).to.deep.equal([
      'ok the token run of /etc/run has the role upload for pt_*, acme, without an end',
      "ok not checked, since the token may only upload: the service's version, clock, room and limits, and the newest backups",
    ]);
    expect(mayRead).to.equal(false);
  });

  it('are warned of where they can do more than a backup needs, and are a problem where they cannot upload', async () => {
    const admin = await check({ run: { role: 'admin' } });
    expect(admin.lines[1]).to.equal('warn the token run of /etc/run can do more than a backup needs: anything');
    expect(admin.checks[1]!.advice).to.contain('--role upload');
    for (const role of ['read', 'operator'] as const) {
      const { lines, mayRead } = await check({ run: { role } });
      expect(lines[1]).to.equal(
        `FAIL the token run of /etc/run can't upload the backups of pt_xyz: its role is ${role}`,
      );
      expect(mayRead).to.equal(true);
    }
  });

  it('are a problem where they do not cover a database of the list', async () => {
    const sources = ['pt_xyz', 'pt_abc', 'acme'].map(label => source(label));
    const { lines } = await check({ run: { scope: ['pt_*'] } }, { sources });
    expect(lines).to.include('FAIL the token run of /etc/run is not for acme: every upload is refused');
  });

  it('are warned of from 30 days before they expire', async () => {
    const ends = async (expires_at: string) =>
      (await check({ run: { expires_at } })).lines.filter(line => /expires/.test(line));
    expect(await ends('2026-12-30T00:00:00.000Z')).to.deep.equal([]);
    expect(await ends('2026-12-28T12:00:00.000Z')).to.deep.equal(['warn the token run of /etc/run expires in 29 days']);
    expect(await ends('2026-11-29T05:00:00.000Z')).to.deep.equal([
      'warn the token run of /etc/run expires in less than a day',
    ]);
  });

  it('are each asked about once, those of entries too', async () => {
    const sources = [source('a'), source('b', 'acme'), source('c', 'acme')];
    const { asked, lines, mayRead } = await check({ run: { role: 'read' }, acme: { scope: ['b'] } }, { sources });
    expect(asked).to.deep.equal(['run', 'acme']);
    expect(lines).to.include("FAIL the token run of /etc/run can't upload the backups of a: its role is read");
    expect(lines).to.include('FAIL the token acme of /etc/acme is not for c: every upload is refused');
    expect(mayRead).to.equal(true);
  });

  it('may be those of the entries alone: then one for reading is no problem, and none of the run is needed', async () => {
    const sources = [source('b', 'acme')];
    const reading = await check({ run: { role: 'read' }, acme: {} }, { sources });
    expect(reading.lines.filter(line => !line.startsWith('ok'))).to.deep.equal([]);
    expect(reading.mayRead).to.equal(true);
    const without = await check({ acme: {} }, { sources, own: null });
    expect([without.asked, without.mayRead]).to.deep.equal([['acme'], false]);
    expect(without.lines.at(-1)).to.match(/^ok not checked/);
  });

  it('are a problem where the service refuses them, or asks for one that is missing', async () => {
    const { checks, mayRead } = await check({ run: refused('UNAUTHENTICATED') });
    expect(checks[0]).to.include({ mark: 'FAIL', message: 'refused: UNAUTHENTICATED', advice: 'Make one.' });
    expect(mayRead).to.equal(false);
    expect((await check({ none: refused('UNAUTHENTICATED') }, { own: null })).lines[0]).to.match(/^FAIL/);
  });

  it('are not mentioned where the service has none, is open, or is down', async () => {
    const down = new ServiceUnreachable('down', { reason: 'down' });
    for (const answer of [undefined, { mode: 'open' as const, role: 'admin' as const }, down]) {
      const { lines, mayRead } = await check({ none: answer }, { own: null });
      expect([lines, mayRead]).to.deep.equal([[], true]);
    }
  });
});
