import { expect } from 'chai';
import { redactor } from './redact.ts';

describe('What a channel shows of an error', () => {
  it('has no password, not percent-encoded nor in base64 either', () => {
    const secret = 'p&ss wörd';
    const redact = redactor([secret, undefined]);
    const forms = [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')];
    for (const form of forms) expect(redact(`refused "${form}"!`)).to.equal('refused "***"!');
  });

  it('has no part of a secret address but its host', () => {
    const redact = redactor([
      'https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX?k=abcdefgh1',
    ]);
    expect(redact('POST /services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX?k=abcdefgh1 failed')).to.equal(
      'POST *** failed',
    );
    expect(redact('no team T00000000, key abcdefgh1 at hooks.slack.com')).to.equal(
      'no team ***, key *** at hooks.slack.com',
    );
  });
});
