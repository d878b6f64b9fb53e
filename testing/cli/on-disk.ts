/**
 * Puts the temporary folders of these tests on the disk, where `npm test` keeps those of others in memory: Deno lets no program
 * into /dev/shm that has not all rights. Call it within `describe`, before other hooks.
 */
export function filesOnDisk(): void {
  const disk = process.env.TEST_DISK_TMPDIR;
  if (disk === undefined) return;
  let memory: string | undefined;
  before(() => {
    memory = process.env.TMPDIR;
    process.env.TMPDIR = disk;
  });
  after(() => {
    process.env.TMPDIR = memory;
  });
}
