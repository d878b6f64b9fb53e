import { expect } from 'chai';
import { isRangeWanted, preconditionStatus } from './preconditions.ts';

const ETAG = '"abc"';
/** Has milliseconds, which HTTP's dates have not. */
const VALIDATORS = { etag: ETAG, lastModified: new Date('1994-11-06T08:49:37.600Z') };
const SAME = 'Sun, 06 Nov 1994 08:49:37 GMT';
const BEFORE = 'Sun, 06 Nov 1994 08:49:36 GMT';
const AFTER = 'Sun, 06 Nov 1994 08:49:38 GMT';

describe('preconditions', () => {
  const status = (headers: Record<string, string>) => preconditionStatus(headers, VALIDATORS);

  it('If-Match compares strongly', () => {
    for (const value of [ETAG, '*', `"x", ${ETAG}`, `"a,b",${ETAG}`])
      expect(status({ 'if-match': value }), value).to.equal(undefined);
    for (const value of ['"x"', `W/${ETAG}`, 'abc', '']) expect(status({ 'if-match': value }), value).to.equal(412);
  });

  it('If-None-Match compares weakly', () => {
    for (const value of [ETAG, '*', `W/${ETAG}`, `"x", W/${ETAG}`])
      expect(status({ 'if-none-match': value }), value).to.equal(304);
    expect(status({ 'if-none-match': '"x"' })).to.equal(undefined);
  });

  it('dates count to the second', () => {
    expect(status({ 'if-modified-since': SAME })).to.equal(304);
    expect(status({ 'if-modified-since': AFTER })).to.equal(304);
    expect(status({ 'if-modified-since': BEFORE })).to.equal(undefined);
    expect(status({ 'if-unmodified-since': SAME })).to.equal(undefined);
    expect(status({ 'if-unmodified-since': BEFORE })).to.equal(412);
  });

  it('dates are understood in all three forms, in any time zone of the service, and ignored in any other form', () => {
    for (const date of [SAME, 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])
      expect(status({ 'if-modified-since': date }), date).to.equal(304);
    for (const date of ['2094-11-06T08:49:37Z', '1', 'tomorrow', 'Sun, 99 Nov 2094 08:49:37 GMT', ''])
      expect(status({ 'if-modified-since': date, 'if-unmodified-since': date }), date).to.equal(undefined);
  });

  it('checks tags before dates, and If-Match before If-None-Match', () => {
    expect(status({ 'if-match': ETAG, 'if-unmodified-since': BEFORE })).to.equal(undefined);
    expect(status({ 'if-none-match': '"x"', 'if-modified-since': AFTER })).to.equal(undefined);
    expect(status({ 'if-match': '"x"', 'if-none-match': ETAG })).to.equal(412);
    expect(status({ 'if-match': ETAG, 'if-none-match': ETAG })).to.equal(304);
    expect(status({ 'if-unmodified-since': BEFORE, 'if-none-match': ETAG })).to.equal(412);
  });

  it('applies a range only to the same bytes', () => {
    for (const value of [ETAG, SAME]) expect(isRangeWanted({ 'if-range': value }, VALIDATORS), value).to.equal(true);
    expect(isRangeWanted({}, VALIDATORS)).to.equal(true);
    for (const value of [`W/${ETAG}`, '"x"', BEFORE, AFTER, 'nonsense'])
      expect(isRangeWanted({ 'if-range': value }, VALIDATORS), value).to.equal(false);
  });
});
