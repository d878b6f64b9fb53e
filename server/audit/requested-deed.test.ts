import { expect } from 'chai';
import { requestedDeed } from './requested-deed.ts';

describe('what a refused request wanted', () => {
  const WANTED: Record<string, object> = {
    'POST /pt_xyz': { action: 'upload', database: 'pt_xyz' },
    'POST /toko%20buku': { action: 'upload', database: 'toko buku' },
    'GET /295/download': { action: 'download', backupId: 295 },
    'HEAD /295/download': { action: 'download', backupId: 295 },
    'GET /295/manifest': { action: 'manifest', backupId: 295 },
    'POST /-/backups/295/accept': { action: 'accept', backupId: 295 },
    'GET /-/ui/backups/295/download': { action: 'download', backupId: 295 },
    'POST /-/ui/backups/295/forget': { action: 'forget', backupId: 295 },
    'POST /-/ui/backups/295/take-back': { action: 'take_back', backupId: 295 },
    'POST /-/ui/databases/toko%20buku/pause': { action: 'pause', database: 'toko buku' },
    'POST /-/ui/alerts/7/acknowledge': { action: 'alarm_acknowledge' },
    'POST /-/ui/alerts/channels/ops/test': { action: 'channel_test' },
    'POST /-/ui/first-token': { action: 'token_create' },
    'POST /-/ui/settings/tokens': { action: 'token_create' },
    'POST /-/ui/settings/tokens/acme/rotate': { action: 'token_rotate' },
    'POST /-/ui/settings/tokens/acme/revoke': { action: 'token_revoke' },
    'POST /-/ui/settings/sessions/7/end': { action: 'sign_out' },
    'POST /-/ui/sign-out': { action: 'sign_out' },
    'POST /-/ui/databases/x/other': { action: 'request' },
    'POST /-/scrub': { action: 'scrub' },
    'POST /-/drills': { action: 'drill_report' },
    'POST /-/restores': { action: 'restore_report' },
    'GET /pt_xyz': { action: 'request', database: 'pt_xyz' },
    'GET /': { action: 'request' },
    'GET /-/status': { action: 'request' },
    'POST /graphql': { action: 'request' },
    'DELETE /pt_xyz': { action: 'request' },
  };
  for (const [request, wanted] of Object.entries(WANTED))
    it(`is read from its address: ${request}`, () => {
      const [method, path] = request.split(' ') as [string, string];
      expect(requestedDeed(method, path)).to.deep.equal(wanted);
    });

  it('has no database and no backup where the address has what can be neither', () => {
    for (const path of ['/%', `/${'x'.repeat(65)}`, '/a%2Fb', '/%00'])
      expect(requestedDeed('POST', path), path).to.deep.equal({ action: 'upload' });
    expect(requestedDeed('GET', '/99999999999/download')).to.deep.equal({ action: 'request' });
    expect(requestedDeed('GET', 'http://[/')).to.deep.equal({ action: 'request' });
  });
});
