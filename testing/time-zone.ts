/** Tests of a `describe` run in this time zone. Call it within the `describe`, before other hooks. */
export function inTimeZone(name: string): void {
  const own = process.env.TZ;
  before(() => {
    process.env.TZ = name;
  });
  after(() => {
    if (own === undefined) delete process.env.TZ;
    else process.env.TZ = own;
  });
}
